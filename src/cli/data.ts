import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { DatasetVersion } from '../modules/datasets/schema.ts'
import {
  Evaluation,
  Evidence,
  EvidenceKind,
  Protocol,
  ProtocolVersion,
  Reproduction,
} from '../modules/evaluation/schema.ts'
import { Model, ModelUpdate } from '../modules/registry/schema.ts'
import { connectClient, parseModelVersion } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, styled, table } from './output.ts'
import { personId } from './people.ts'
import { progressBar } from './progress.ts'

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
    .description('store a CSV or Parquet file as a dataset version')
    .option('--json', 'print JSON')
    .action(addDataset)
  dataset.command('list').description('every stored dataset version').action(listDatasets)

  program
    .command('protocol')
    .description('how a model is examined')
    .command('set <model> <file>')
    .description('set a model’s evaluation protocol from a JSON file')
    .action(setProtocol)

  program
    .command('evaluate <model@version>')
    .description('let the server score a version on a stored dataset and keep the evidence')
    .requiredOption('--dataset <digest>', 'sha256:… of a stored dataset version')
    .option('--kind <kinds...>', `what to compute: ${EvidenceKind.options.join(', ')} (default: all)`)
    .option('--json', 'print JSON')
    .action(evaluate)

  const evidence = program.command('evidence').description('what the server found')
  evidence.command('list <model@version>').description('evidence of a version, newest first').action(listEvidence)
  evidence
    .command('show <id>')
    .description('one piece of evidence as JSON')
    .action(async (id: string) => {
      const client = await connectClient()
      printJson(await client.get(`/evidence/${id}`, Evidence))
    })
  evidence
    .command('reproduce <id>')
    .description('compute it again and compare; exit 0 identical, 2 different')
    .action(reproduce)
}

async function setModel(model: string, { owner, ...options }: { tier?: string; purpose?: string; owner?: string }) {
  const client = await connectClient()
  const update = ModelUpdate.safeParse({ ...options, ...(owner ? { owner: await personId(client, owner) } : {}) })
  if (!update.success) throw new CliError('a tier is high, medium or low')
  const changed = await client.request('PATCH', `/models/${encodeURIComponent(model)}`, Model, update.data)
  print(`${changed.name}: tier ${changed.tier ?? 'not said'}.`)
}

async function addDataset(name: string, file: string, options: { json?: boolean }) {
  const extension = extname(file).slice(1).toLowerCase()
  if (extension !== 'csv' && extension !== 'parquet') throw new CliError('the file must end in .csv or .parquet')
  const { size } = await stat(file).catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
  const client = await connectClient()
  const reply = await client.raw('POST', `/datasets/${encodeURIComponent(name)}/versions?format=${extension}`, {
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
  if (options.json) return printJson(parsed.data)
  print(`${name}: ${parsed.data.rows} rows, ${parsed.data.columns.length} columns, ${parsed.data.digest}`)
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

async function setProtocol(model: string, file: string) {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
  const protocol = Protocol.safeParse(parseJson(text))
  if (!protocol.success)
    throw new CliError(`${file} is not an evaluation protocol:\n${z.prettifyError(protocol.error)}`)
  const client = await connectClient()
  const version = await client.put(`/models/${encodeURIComponent(model)}/protocol`, ProtocolVersion, protocol.data)
  print(`${model} is examined by protocol ${version.version}, ${version.digest}.`)
}

async function evaluate(text: string, options: { dataset: string; kind?: string[]; json?: boolean }) {
  const client = await connectClient()
  const { model, version } = parseModelVersion(text)
  if (typeof version === 'string') throw new CliError('name the version by its number')
  let evaluation = await client.post('/evaluations', Evaluation, {
    model,
    version,
    dataset: options.dataset,
    kinds: options.kind,
  })
  const bar = progressBar(`Evaluating ${text}`, 1)
  while (evaluation.state === 'queued' || evaluation.state === 'running') {
    await wait(150)
    evaluation = await client.get(`/evaluations/${evaluation.id}`, Evaluation)
    bar.set(evaluation.progress, evaluation.phase)
  }
  bar.stop()
  if (options.json) printJson(evaluation)
  if (evaluation.state !== 'done')
    throw new CliError(`the evaluation ${evaluation.state}: ${evaluation.error ?? 'no reason was given'}`)
  if (!options.json) for (const id of evaluation.evidence) print(`Evidence ${id}`)
}

async function listEvidence(text: string) {
  const client = await connectClient()
  const { model, version } = parseModelVersion(text)
  const query = `model=${encodeURIComponent(model)}&version=${encodeURIComponent(version)}`
  const { evidence } = await client.get(`/evidence?${query}`, z.object({ evidence: z.array(Evidence) }))
  print(
    table([
      ['EVIDENCE', 'KIND', 'SOURCE', 'COLLECTED', 'DIGEST'],
      ...evidence.map((e) => [e.id, e.kind, e.source, e.collected_at, e.digest]),
    ]),
  )
}

async function reproduce(id: string) {
  const client = await connectClient()
  const result = await client.post(`/evidence/${id}/reproduce`, Reproduction)
  switch (result.outcome) {
    case 'identical':
      return print(`${styled('green', 'Identical')}: ${id} computes to ${result.digest} again.`)
    case 'different':
      print(`${styled('red', 'Different')}: recorded ${result.recorded}, recomputed ${result.recomputed}`)
      for (const difference of result.differences.slice(0, 20)) {
        print(`  ${difference.path}: ${JSON.stringify(difference.recorded)} → ${JSON.stringify(difference.recomputed)}`)
      }
      process.exitCode = 2
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
