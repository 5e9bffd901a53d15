import type { Command } from 'commander'
import { ConfigError, type GivenOptions, readConfig } from '../config.ts'
import { serverActor } from '../modules/audit/schema.ts'
import { CliError } from './exit.ts'
import { print } from './output.ts'
import { settleMemory } from './settle.ts'

type Options = GivenOptions

export function addServe(program: Command) {
  program
    .command('serve')
    .description('serve a data folder: web application, API and MLflow tracking server')
    .option('--host <host>', 'address to listen on (default 127.0.0.1)')
    .option('--port <port>', 'port to listen on (default 5000)')
    .option('--data-dir <dir>', 'folder for database, artifacts and keys (default ./modelkeep-data)')
    .option(
      '--artifacts-destination <place>',
      'folder or s3://bucket/prefix for the bytes of artifacts (default: in the data folder)',
    )
    .option('--sign-in-file <file>', 'providers that people sign in with, as YAML (default: MODELKEEP_SIGN_IN_FILE)')
    .option('--open', 'ask for no sign-in: for trying out, on loopback addresses only')
    .action(serve)

  program
    .command('migrate')
    .description('bring the databases of a data folder up to date and stop')
    .option('--data-dir <dir>', 'folder for database, artifacts and keys (default ./modelkeep-data)')
    .action(async (options: Options) => {
      const { createApp } = await import('../app.ts')
      const app = await createApp({ ...configOf(options), log: false })
      await app.workspaces.sweep()
      await app.close()
      print('The databases are up to date.')
    })

  program
    .command('reset-password <login>')
    .description('give an account a new random password; for whoever has the data folder')
    .option('--second-factor', 'take its second factor away, too')
    .option('--data-dir <dir>', 'folder for database, artifacts and keys (default ./modelkeep-data)')
    .action(resetPassword)
}

async function resetPassword(login: string, options: Options & { secondFactor?: boolean }) {
  const { createApp } = await import('../app.ts')
  const app = await createApp({ ...configOf(options), log: false })
  try {
    const password = await app.access.signIn.resetPassword(serverActor, login)
    if (options.secondFactor) await app.signIn.account.dropFactorsOf(serverActor, login)
    print(`${login} signs in with the password ${password}`)
  } finally {
    await app.close()
  }
}

async function serve(options: Options): Promise<void> {
  const config = configOf(options)
  const { createApp } = await import('../app.ts')
  const { firstAdministrator } = await import('../setup.ts')
  const app = await createApp(config)
  const createFirst = await firstAdministrator(app)
  // From the first answer on, whoever ends the server ends it in order.
  const ended = endAsked()
  await app.http.listen({ host: config.host, port: config.port }).catch(async (error: Error) => {
    await app.close()
    throw new CliError(`cannot listen on ${config.host}:${config.port}: ${error.message}`)
  })
  const first = await createFirst()

  print(`Modelkeep serves ${config.dataDir} at ${config.publicUrl}`)
  if (config.open)
    print('It is open: requests without credentials act as the local developer, and the gate stops nothing.')
  if (first) {
    print(`First start: sign in as ${first.login} with the password ${first.password}`)
    print(`This password is shown only now. The page ${config.publicUrl}/set-up asks for the rest.`)
  }
  print('Ready')
  settleMemory()

  await ended
  await app.close()
}

/** Settles when the server is asked to end. */
function endAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    // A program that started the server with a channel takes it along when it ends.
    if (process.channel) {
      process.once('disconnect', () => resolve())
      process.channel.unref()
    }
  })
}

function configOf(options: Options) {
  try {
    return readConfig(process.env, options)
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message)
    throw error
  }
}
