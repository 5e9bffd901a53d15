import type { Command } from 'commander'
import { Collection, Storage } from '../modules/retention/schema.ts'
import { connectClient } from './client.ts'
import { exitCodes } from './exit.ts'
import { bytesText, print, printJson, table } from './output.ts'
import { progressBar } from './progress.ts'

/** What the bytes are kept for. */
export function addStorage(program: Command) {
  const storage = program.command('storage').description('what is stored, and what could be freed')
  storage
    .command('show')
    .description('files, datasets, and bytes that nothing refers to')
    .option('--json', 'print JSON')
    .action(show)
  storage
    .command('collect')
    .description('look for bytes that nothing refers to, and free those whose grace period is over')
    .option('--json', 'print JSON')
    .action(collect)
  storage.command('grace <days>').description('how long bytes stay after nothing refers to them').action(grace)
}

async function show({ json }: { json?: boolean }) {
  const client = await connectClient()
  const found = await client.get('/storage', Storage)
  if (json) return printJson(found)
  const { artifacts, datasets, waiting, last } = found
  const rows = [
    ['artifacts', String(artifacts.files), bytesText(artifacts.bytes)],
    ['datasets', String(datasets.files), bytesText(datasets.bytes)],
    ...(last ? [['on disk', String(last.totals.blobs), bytesText(last.totals.bytes)]] : []),
    ['to be freed', String(waiting.files), bytesText(waiting.bytes)],
  ]
  print(table([['', 'FILES', 'SIZE'], ...rows]))
  print(
    `Bytes go ${found.grace_days} days after nothing refers to them. ${last ? `Last looked at ${last.finished_at}.` : 'Not looked at yet: modelkeep storage collect.'}`,
  )
}

async function collect({ json }: { json?: boolean }) {
  const client = await connectClient()
  let now = await client.post('/storage/collections', Collection)
  const bar = progressBar('collecting', 100)
  while (now.state === 'queued' || now.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 200))
    now = await client.get(`/storage/collections/${now.id}`, Collection)
    bar.set(Math.round(now.progress * 100))
  }
  bar.stop()
  if (now.state === 'failed') process.exitCode = exitCodes.error
  if (json) return printJson(now)
  const { removed, removed_bytes, waiting, waiting_bytes } = now.totals
  print(
    `${now.id} is ${now.state}. Freed ${removed} (${bytesText(removed_bytes)}); waiting ${waiting} (${bytesText(waiting_bytes)}).`,
  )
}

async function grace(days: string) {
  const client = await connectClient()
  const found = await client.put('/storage', Storage, { grace_days: Number(days) })
  print(`Bytes go ${found.grace_days} days after nothing refers to them.`)
}
