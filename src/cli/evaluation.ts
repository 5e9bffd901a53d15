import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import {
  Evaluation,
  Evidence,
  EvidenceKind,
  Protocol,
  ProtocolVersion,
  Reproduction,
  ResultTable,
} from '../modules/evaluation/schema.ts'
import { type Client, connectClient, parseModelVersion } from './client.ts'
import { uploadDataset } from './data.ts'
import { CliError } from './exit.ts'
import { ensureProtocol, guessedProtocol, showGuess } from './guess.ts'
import { print, printJson, styled, table } from './output.ts'
import { progressBar } from './progress.ts'

export function addEvaluation(program: Command) {
  const protocol = program.command('protocol').description('how a model is examined')
  protocol
    .command('set <model> <file>')
    .description('set a model’s evaluation protocol from a JSON file')
    .action(setProtocol)
  protocol
    .command('guess <model>')
    .description('what a dataset and the newest version’s signature say about it; nothing is changed')
    .requiredOption('--dataset <digest>', 'sha256:… of a stored dataset version')
    .option('--json', 'print the protocol as JSON, ready for protocol set')
    .action(guess)

  program
    .command('evaluate <model@version>')
    .description('let the server examine a version and keep the evidence')
    .option('--dataset <digest>', 'sha256:… of the stored dataset version that the model scores')
    .option(
      '--predictions <file>',
      'a CSV, Parquet or JSON table that has the predictions; it is stored, and no model is needed',
    )
    .option(
      '--artifact <path>',
      'a table of predictions among the artifacts of the version’s run, as mlflow.log_table writes it',
    )
    .option('--endpoint', 'let the endpoint of the protocol score the dataset')
    .option(
      '--kind <kinds...>',
      `what to compute: ${EvidenceKind.options.join(', ')} (default: performance and fairness)`,
    )
    .option('--kinds <list>', 'the same, with commas between them; all for every one')
    .option('--yes', 'take the guessed protocol where the model has none')
    .option('--no-wait', 'do not wait for its end')
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
    .command('table <id> <table>')
    .description(`a table of a result as CSV: ${ResultTable.options.join(', ')}`)
    .action(printTable)
  evidence
    .command('weights <id>')
    .description('a weight for every row of a table as CSV, in its order, for sample_weight of training again')
    .option('--attribute <name>', 'the protected attribute (default: the only one)')
    .option('--dataset <digest>', 'sha256:… of a stored table, such as the training data (default: the evidence’s own)')
    .action(printWeights)
  evidence
    .command('reproduce <id>')
    .description('compute it again and compare; exit 0 identical, 2 different')
    .action(reproduce)
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

async function guess(model: string, options: { dataset: string; json?: boolean }) {
  const client = await connectClient()
  const guessed = await guessedProtocol(client, model, options.dataset)
  if (options.json) return printJson(guessed.protocol)
  showGuess(guessed)
}

type EvaluateOptions = {
  dataset?: string
  predictions?: string
  artifact?: string
  endpoint?: boolean
  kind?: string[]
  kinds?: string
  yes?: boolean
  wait: boolean
  json?: boolean
}

async function evaluate(text: string, options: EvaluateOptions) {
  const client = await connectClient()
  const { model, version } = parseModelVersion(text)
  if (typeof version === 'string') throw new CliError('name the version by its number')
  const input = await inputOf(client, model, options)
  if (input.dataset !== undefined) {
    await ensureProtocol(client, model, { dataset: input.dataset, version, yes: options.yes ?? false })
  }
  let evaluation = await client.post('/evaluations', Evaluation, { model, version, ...input, kinds: kindsOf(options) })
  if (options.wait) evaluation = await ended(client, evaluation, text)
  if (options.json) printJson(evaluation)
  if (!options.wait) {
    if (!options.json) print(`Evaluation ${evaluation.id} is ${evaluation.state}.`)
    return
  }
  if (evaluation.state !== 'done')
    throw new CliError(`the evaluation ${evaluation.state}: ${evaluation.error ?? 'no reason was given'}`)
  if (!options.json) for (const id of evaluation.evidence) print(`Evidence ${id}`)
}

async function inputOf(client: Client, model: string, { dataset, predictions, artifact, endpoint }: EvaluateOptions) {
  const given = [dataset, predictions, artifact].filter((each) => each !== undefined)
  if (given.length !== 1) throw new CliError('say one of --dataset, --predictions and --artifact')
  if (artifact !== undefined) return { source: { kind: 'predictions', artifact }, dataset: undefined }
  if (predictions === undefined) return { source: { kind: endpoint ? 'endpoint' : 'model' }, dataset }
  const stored = await uploadDataset(client, `${model.replace(/[^\w .-]/g, '-')}-predictions`, predictions)
  return { source: { kind: 'predictions' }, dataset: stored.digest }
}

function kindsOf({ kind, kinds }: EvaluateOptions): readonly string[] | undefined {
  if (kinds === 'all') return EvidenceKind.options
  return kinds === undefined ? kind : kinds.split(',').map((each) => each.trim())
}

async function ended(client: Client, started: Evaluation, label: string): Promise<Evaluation> {
  let evaluation = started
  const bar = progressBar(`Evaluating ${label}`, 1)
  while (evaluation.state === 'queued' || evaluation.state === 'running') {
    await wait(150)
    evaluation = await client.get(`/evaluations/${evaluation.id}`, Evaluation)
    bar.set(evaluation.progress, evaluation.phase)
  }
  bar.stop()
  return evaluation
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

async function printTable(id: string, name: string) {
  const client = await connectClient()
  await printCsv(client, `/evidence/${encodeURIComponent(id)}/tables/${encodeURIComponent(name)}`)
}

async function printWeights(id: string, { attribute, dataset }: { attribute?: string; dataset?: string }) {
  const query = new URLSearchParams({
    ...(attribute === undefined ? {} : { attribute }),
    ...(dataset === undefined ? {} : { dataset }),
  })
  await printCsv(await connectClient(), `/evidence/${encodeURIComponent(id)}/weights?${query}`)
}

async function printCsv(client: Client, path: string) {
  const reply = await client.raw('GET', path)
  const text = await reply.text()
  if (reply.ok) process.stdout.write(text)
  else {
    const problem = z.object({ detail: z.string() }).safeParse(parseJson(text))
    throw new CliError(problem.data?.detail ?? `the server answered ${reply.status}`)
  }
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
