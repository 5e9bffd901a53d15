import type { Command } from 'commander'
import { type Counts, type KeptItem, type Preview, Purge, PurgeAnswer } from '../modules/retention/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { bytesText, print, printJson } from './output.ts'
import { progressBar } from './progress.ts'

/** Removal for good. */
export function addPurge(program: Command) {
  program
    .command('purge')
    .description('remove for good what is deleted and nothing rests on; exit status 3 when something holds it')
    .option('--experiment <ids...>', 'deleted experiments, with everything in them')
    .option('--run <ids...>', 'deleted runs, with their files and the models they made')
    .option('--logged-model <ids...>', 'deleted logged models')
    .option('--model <ids...>', 'deleted registered models (mdl_…)')
    .option('--model-version <ids...>', 'deleted versions (ver_…)')
    .option('--artifact <paths...>', 'files or folders')
    .option('--trace <ids...>', 'traces')
    .option('--filter <filter>', 'deleted runs that match, in the language of the run search')
    .option('--within <experiments...>', 'look for them in these experiments only')
    .option('--reason <reason>', 'why; the trail keeps it')
    .option('--dry-run', 'say what would go, and remove nothing')
    .option('--skip-held', 'remove what nothing holds, and report the rest')
    .option('--json', 'print JSON')
    .action(purge)
}

type Options = {
  experiment?: string[]
  run?: string[]
  loggedModel?: string[]
  model?: string[]
  modelVersion?: string[]
  artifact?: string[]
  trace?: string[]
  filter?: string
  within?: string[]
  reason?: string
  dryRun?: boolean
  skipHeld?: boolean
  json?: boolean
}

async function purge(options: Options) {
  if (!options.dryRun && options.reason === undefined)
    throw new CliError('give a --reason, or look first with --dry-run')
  const client = await connectClient()
  const answer = await client.post('/purges', PurgeAnswer, {
    what: {
      experiments: options.experiment ?? [],
      runs: options.run ?? [],
      logged_models: options.loggedModel ?? [],
      models: options.model ?? [],
      versions: options.modelVersion ?? [],
      artifacts: options.artifact ?? [],
      traces: options.trace ?? [],
      deleted_runs:
        options.filter === undefined ? null : { experiments: options.within ?? null, filter: options.filter },
    },
    reason: options.reason ?? 'preview',
    dry_run: options.dryRun ?? false,
    skip_held: options.skipHeld ?? false,
  })
  switch (answer.outcome) {
    case 'preview':
      return options.json ? printJson(answer) : printPreview(answer.preview)
    case 'refused':
      process.exitCode = exitCodes.denied
      if (options.json) return printJson(answer)
      print('Refused: nothing was removed.')
      return printKept(answer.kept, answer.kept_total)
    case 'started':
      return printPurge(await watchPurge(client, answer.purge), options.json)
  }
}

/** Waits for the end; Ctrl-C ends the waiting, and the purge goes on. */
export async function watchPurge(client: Client, purge: Purge): Promise<Purge> {
  const bar = progressBar('purging', 100)
  let now = purge
  while (now.state === 'queued' || now.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 200))
    now = await client.get(`/purges/${now.id}`, Purge)
    bar.set(Math.round(now.progress * 100))
  }
  bar.stop()
  return now
}

export function printPurge(purge: Purge, json = false): void {
  if (purge.state === 'failed') process.exitCode = exitCodes.error
  if (json) {
    printJson(purge)
    return
  }
  print(`${purge.id} is ${purge.state}${purge.error ? `: ${purge.error}` : ''}. Gone: ${countsText(purge.gone)}.`)
  printKept(purge.kept, purge.kept_total)
}

export function printPreview({ going, kept, kept_total }: Preview): void {
  print(`Would go: ${countsText(going)}.`)
  printKept(kept, kept_total)
}

function printKept(kept: readonly KeptItem[], total: number): void {
  if (total > 0) print(`Kept: ${total}`)
  for (const item of kept.slice(0, 20)) {
    print(`  ${item.kind.replace('_', ' ')} ${item.id}`)
    for (const holder of item.holders.slice(0, 5)) {
      print(`    ${holder.kind === 'state' ? '' : `${holder.kind.replace('_', ' ')} ${holder.name}: `}${holder.reason}`)
    }
  }
  if (total > 20) print(`  … and ${total - 20} others`)
}

function countsText({ files, bytes, ...things }: Counts): string {
  const parts = Object.entries(things).flatMap(([word, count]) =>
    count === 0 ? [] : [`${count} ${count === 1 ? singular(word) : word.replace('_', ' ')}`],
  )
  if (files > 0) parts.push(`${files} ${files === 1 ? 'file' : 'files'} (${bytesText(bytes)})`)
  return parts.join(', ') || 'nothing'
}

const singular = (word: string) => (word === 'artifacts' ? 'path' : word.replace('_', ' ').replace(/s$/, ''))
