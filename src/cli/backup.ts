import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type Config, ConfigError, type GivenOptions, readConfig } from '../config.ts'
import { CliError } from './exit.ts'
import { print, warn } from './output.ts'

type Options = GivenOptions & { passphraseFile?: string }

const place = ['--data-dir <dir>', 'folder for database, artifacts and keys (default ./modelkeep-data)'] as const
const phrase = ['--passphrase-file <file>', 'file with the passphrase that the private keys are sealed with'] as const

export function addBackup(program: Command) {
  const backup = program.command('backup').description('copies of everything; for whoever has the data folder')
  backup
    .command('create <folder>')
    .description('write a backup into an empty folder while the server goes on')
    .option(...place)
    .option(...phrase)
    .action(create)
  backup
    .command('verify <folder>')
    .description('read a backup through and compare every file with its digest')
    .action(verify)
  backup
    .command('test <folder>')
    .description(
      'restore a backup into a temporary folder, verify every digest and every trail, and say how long it took',
    )
    .option(...place)
    .option(...phrase)
    .action(tryOut)
  backup
    .command('restore <folder>')
    .description('fill an empty data folder or empty schemas from a backup, on either engine')
    .option(...place)
    .option(...phrase)
    .action(restore)
}

async function create(folder: string, options: Options) {
  const { createBackup } = await import('../backup/create.ts')
  const passphrase = await passphraseOf(options)
  const config = configOf(options)
  const { databases, keys } = await explained(() => createBackup(config, folder, { passphrase }))
  const rows = databases.flatMap(({ tables }) => tables).reduce((sum, table) => sum + table.rows, 0)
  const files = databases.reduce((sum, { blobs }) => sum + (blobs?.count ?? 0), 0)
  print(`${databases.length} databases with ${rows} rows, and ${files} stored files, are in ${folder}.`)
  await report(config, 'create', {
    ok: true,
    what: `${counted(rows, 'row')} and ${counted(files, 'stored file')} were written`,
  })
  if (!keys) print('The private keys are not in it. Keep a copy of the folder keys elsewhere.')
}

async function verify(folder: string) {
  const { verifyBackup } = await import('../backup/verify.ts')
  const { manifest, problems } = await explained(() => verifyBackup(folder))
  for (const problem of problems) print(problem)
  if (problems.length > 0) throw new CliError(`${folder} is damaged: ${problems.length} of its files differ`)
  print(`${folder} is whole. It was made at ${manifest.made_at} by version ${manifest.version}.`)
}

async function tryOut(folder: string, options: Options) {
  const { tryRestore } = await import('../backup/try.ts')
  const passphrase = await passphraseOf(options)
  const config = configOf(options)
  const { manifest, ms, trails, problems } = await explained(() => tryRestore(config, folder, { passphrase })).catch(
    async (error: unknown) => {
      await report(config, 'test', { ok: false, what: 'a backup could not be restored' })
      throw error
    },
  )
  const seconds = `${(ms / 1000).toFixed(1)} s`
  const ok = problems.length === 0
  const what = ok
    ? `the backup of ${manifest.made_at} came back whole in ${seconds}`
    : 'a backup came back with a broken trail'
  await report(config, 'test', { ok, what })
  for (const problem of problems) print(problem)
  if (!ok) throw new CliError(`${folder} came back with a broken trail`)
  for (const { name, events } of trails) print(`${name}: a trail of ${counted(events, 'event')}, intact`)
  print(`${folder}, made at ${manifest.made_at}, came back whole in ${seconds}. The copy is removed.`)
}

/** For the page of connections; a backup counts also where this cannot be written. */
async function report(config: Config, kind: 'create' | 'test', said: { ok: boolean; what: string }) {
  const { reportBackup } = await import('../backup/last.ts')
  await reportBackup(config, kind, said).catch(() =>
    warn('The data folder takes no note of this, so that the page of connections does not show it.'),
  )
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

async function restore(folder: string, options: Options) {
  const { restoreBackup } = await import('../backup/restore.ts')
  const passphrase = await passphraseOf(options)
  const config = configOf(options)
  const { made_at } = await explained(() => restoreBackup(config, folder, { passphrase }))
  print(`Everything is as it was at ${made_at}. Start the server, then check the trail with modelkeep audit verify.`)
}

async function passphraseOf({ passphraseFile }: Options): Promise<string | undefined> {
  if (passphraseFile === undefined) return undefined
  const text = await readFile(passphraseFile, 'utf8').catch(() => {
    throw new CliError(`${passphraseFile} cannot be read`)
  })
  const passphrase = text.replace(/\r?\n$/, '')
  if (passphrase.length < 12) throw new CliError('a passphrase has at least 12 characters')
  return passphrase
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && error.name === 'BackupError') throw new CliError(error.message)
    throw error
  }
}

function configOf(options: Options) {
  try {
    return readConfig(process.env, options)
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message)
    throw error
  }
}
