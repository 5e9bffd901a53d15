import { join } from 'node:path'
import { cliAs } from '../cli.ts'
import { mlflowClient } from '../mlflow.ts'
import { type Accounts, administratorScopes, colleagues, newPassword, readAccounts, writeAccounts } from '../people.ts'
import type { DemoServer } from '../server.ts'
import { DemoError, hold, show } from '../show.ts'
import type { Story } from '../story.ts'

/** Step 1: the administrator gives three people an account, and everyone makes a scoped token. */
export async function prepareAccounts(server: DemoServer, folder: string): Promise<Story> {
  const path = join(folder, 'accounts.json')
  const accounts = (await readAccounts(path)) ?? (await firstAccounts(server, folder))
  await writeAccounts(path, accounts)

  const { admin } = accounts
  admin.token ??= await makeToken(server.url, admin.login, admin.password, 'demo administrator', administratorScopes)
  await writeAccounts(path, accounts)
  const settings = join(folder, 'cli.json')
  const cli = (token: string) => cliAs({ url: server.url, token, settings })
  const adminCli = cli(admin.token)

  for (const [key, { login, name, roles, scopes }] of Object.entries(colleagues)) {
    const known = accounts[key as keyof typeof colleagues]
    if (known) continue
    const password = newPassword()
    const there = (await adminCli(['person', 'list'], { quiet: true })).stdout.includes(`${login} `)
    if (there)
      throw new DemoError(
        `the account ${login} exists, but its password was lost in an interrupted start: run npm run demo -- --reset`,
      )
    // The password is on disk before the account exists, so that an interruption between the two loses nothing.
    accounts[key as keyof typeof colleagues] = { login, password, token: '' }
    await adminCli(['person', 'add', login, '--name', name, '--role', ...roles, '--password-stdin'], {
      stdin: password,
    })
    const token = await makeToken(server.url, login, password, `demo ${key}`, scopes)
    accounts[key as keyof typeof colleagues] = { login, password, token }
    await writeAccounts(path, accounts)
  }

  const { developer, validator, auditor } = accounts
  hold(developer && validator && auditor, 'an account is missing')
  await cli(developer.token)(['login', server.url, '--token', developer.token], { quiet: true })
  show.say(
    'The server has one workspace, main, and four people: an administrator, a developer, a validator, an auditor.',
  )
  return {
    url: server.url,
    folder,
    accounts,
    as: {
      admin: adminCli,
      developer: cli(developer.token),
      validator: cli(validator.token),
      auditor: cli(auditor.token),
    },
    mlflow: mlflowClient(server.url, developer.token),
    digests: { training: '', evaluation: '' },
    async read<T>(resource: string): Promise<T> {
      const reply = await fetch(`${server.url}/api/v1${resource}`, {
        headers: { authorization: `Bearer ${developer.token}` },
      })
      if (!reply.ok) throw new DemoError(`${resource} answered ${reply.status}: ${await reply.text()}`)
      return (await reply.json()) as T
    },
  }
}

async function firstAccounts(server: DemoServer, folder: string): Promise<Accounts> {
  let password = server.firstPassword
  if (password) show.say(`The administrator’s first password, shown once by the server: ${password}`)
  // The server was interrupted between creating the administrator and showing the password.
  password ??= await resetPassword(folder)
  return { admin: { login: 'admin', password } }
}

async function resetPassword(folder: string): Promise<string> {
  const cli = cliAs({ url: '', token: '', settings: join(folder, 'cli.json') })
  const { stdout } = await cli(['reset-password', 'admin', '--data-dir', join(folder, 'data')])
  const password = /password (\S+)/.exec(stdout)?.[1]
  hold(password, 'no password was shown')
  return password
}

async function makeToken(
  url: string,
  login: string,
  password: string,
  name: string,
  scopes: readonly string[],
): Promise<string> {
  const reply = await fetch(`${url}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${login}:${password}`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, scopes, expires_in_days: 90 }),
  })
  const made = (await reply.json()) as { secret?: string; detail?: string }
  if (!made.secret) throw new DemoError(`no token for ${login}: ${made.detail}`)
  return made.secret
}
