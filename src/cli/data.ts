import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import type { Command } from 'commander'
import { z } from 'zod'
import { DatasetVersion, TableFormat } from '../modules/datasets/schema.ts'
import { Model, ModelUpdate } from '../modules/registry/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'
import { personId } from './people.ts'

export function addData(program: Command) {
  program
    .command('model')
    .description('models')
    .command('set <model>')
    .description('say how much depends on a model and what it is for')
    .option('--tier <tier>', 'high, medium or low')
    .option('--purpose <text>', 'what it is for')
    .option('--owner <login>', 'who is accountable for it')
    .action(setModel)

  const dataset = program.command('dataset').description('dataset versions: their digest names them')
  dataset
    .command('add <name> <file>')
    .description('store a CSV, Parquet or JSON table as a dataset version')
    .option('--json', 'print JSON')
    .action(addDataset)
  dataset.command('list').description('every stored dataset version').action(listDatasets)
}

async function setModel(model: string, { owner, ...options }: { tier?: string; purpose?: string; owner?: string }) {
  const client = await connectClient()
  const update = ModelUpdate.safeParse({ ...options, ...(owner ? { owner: await personId(client, owner) } : {}) })
  if (!update.success) throw new CliError('a tier is high, medium or low')
  const changed = await client.request('PATCH', `/models/${encodeURIComponent(model)}`, Model, update.data)
  print(`${changed.name}: tier ${changed.tier ?? 'not said'}.`)
}

async function addDataset(name: string, file: string, options: { json?: boolean }) {
  const stored = await uploadDataset(await connectClient(), name, file)
  if (options.json) return printJson(stored)
  print(`${name}: ${stored.rows} rows, ${stored.columns.length} columns, ${stored.digest}`)
}

/** Stores a CSV, Parquet or JSON table under a name. */
export async function uploadDataset(client: Client, name: string, file: string): Promise<DatasetVersion> {
  const format = TableFormat.safeParse(extname(file).slice(1).toLowerCase())
  if (!format.success) throw new CliError('the file must end in .csv, .parquet or .json')
  const { size } = await stat(file).catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
  const reply = await client.raw('POST', `/datasets/${encodeURIComponent(name)}/versions?format=${format.data}`, {
    body: Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>,
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
    duplex: 'half',
  })
  const answer: unknown = await reply.json()
  const parsed = DatasetVersion.safeParse(answer)
  if (!parsed.success)
    throw new CliError(
      z.object({ detail: z.string() }).safeParse(answer).data?.detail ?? `the server answered ${reply.status}`,
    )
  return parsed.data
}

async function listDatasets() {
  const client = await connectClient()
  const { datasets } = await client.get('/datasets', z.object({ datasets: z.array(DatasetVersion) }))
  print(
    table([
      ['NAME', 'ROWS', 'COLUMNS', 'DIGEST'],
      ...datasets.map((d) => [d.name, String(d.rows), String(d.columns.length), d.digest]),
    ]),
  )
}
