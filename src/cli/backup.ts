import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ConfigError, type GivenOptions, readConfig } from '../config.ts'
import { CliError } from './exit.ts'
import { print } from './output.ts'

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
    .command('restore <folder>')
    .description('fill an empty data folder or empty schemas from a backup, on either engine')
    .option(...place)
    .option(...phrase)
    .action(restore)
}

async function create(folder: string, options: Options) {
  const { createBackup } = await import('../backup/create.ts')
  const passphrase = await passphraseOf(options)
  const { databases, keys } = await explained(() => createBackup(configOf(options), folder, { passphrase }))
  const rows = databases.flatMap(({ tables }) => tables).reduce((sum, table) => sum + table.rows, 0)
  const files = databases.reduce((sum, { blobs }) => sum + (blobs?.count ?? 0), 0)
  print(`${databases.length} databases with ${rows} rows, and ${files} stored files, are in ${folder}.`)
  if (!keys) print('The private keys are not in it. Keep a copy of the folder keys elsewhere.')
}

async function verify(folder: string) {
  const { verifyBackup } = await import('../backup/verify.ts')
  const { manifest, problems } = await explained(() => verifyBackup(folder))
  for (const problem of problems) print(problem)
  if (problems.length > 0) throw new CliError(`${folder} is damaged: ${problems.length} of its files differ`)
  print(`${folder} is whole. It was made at ${manifest.made_at} by version ${manifest.version}.`)
}

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
