import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { scanFiles, withFile } from '../modules/artifacts/index.ts'
import type { FileScan } from '../modules/artifacts/schema.ts'
import { CliError, exitCodes } from './exit.ts'
import { print, printJson, table } from './output.ts'

/** Whoever asks from a shell waits as long as it takes. */
const limits = { milliseconds: 3_600_000, unpacked: 1024 ** 4 }

export function addScan(program: Command) {
  program
    .command('scan <files...>')
    .description(
      'look at model files without loading them; ends with status 3 unless nothing unsafe and nothing unknown is in them',
    )
    .option('--json', 'print JSON')
    .action(scan)
}

async function scan(paths: string[], options: { json?: boolean }): Promise<void> {
  const files = (await Promise.all(paths.map(filesAt))).flat()
  const result = await scanFiles(
    files.map((path) => (use) => withFile(path, path, use)),
    limits,
  )
  if (result.verdict !== 'clean') process.exitCode = exitCodes.denied
  if (options.json) return printJson(result)
  printScan(result)
}

function printScan({ verdict, looked_at, findings, unsafe, unknown }: FileScan): void {
  if (findings.length > 0) {
    print(
      table([
        ['FOUND', 'FILE', 'WHAT', 'MEANING'],
        ...findings.map(({ severity, path, what, message }) => [severity, path, what, message]),
      ]),
    )
  }
  const things = `${looked_at} ${looked_at === 1 ? 'file or entry' : 'files and entries'}`
  print(
    verdict === 'clean'
      ? `Nothing unsafe and nothing unknown in ${things}.`
      : `${unsafe} unsafe and ${unknown} unknown in ${things}.`,
  )
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => {
    throw new CliError(`${path} cannot be read`)
  })
  if (!found.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
