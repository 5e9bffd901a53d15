import { badRequest } from '../../../lib/errors.ts'
import { findFigures } from '../../../lib/figures.ts'
import type { JsonObject } from '../../../lib/json.ts'
import type { EvidenceKind, LimitOutcome } from '../schema.ts'
import { type Ask, nobody } from './asking.ts'
import { endpointSource, openEndpoint } from './endpoint.ts'
import { commonParameters, type Examined, type Measured, plain } from './kinds/examined.ts'
import { measureExplanation } from './kinds/explanation.ts'
import { measureFairness } from './kinds/fairness.ts'
import { measureMitigation } from './kinds/mitigation.ts'
import { measurePerformance } from './kinds/performance.ts'
import { measurePrivacy } from './kinds/privacy.ts'
import { measureRobustness } from './kinds/robustness.ts'
import { measureSlices } from './kinds/slices.ts'
import { rowsCompared } from './likeness.ts'
import { openModel } from './model.ts'
import { type Kept, readRows } from './read-rows.ts'
import { createScorer, inputColumns } from './scorer.ts'
import { modelSource, tableSourceOf } from './sources.ts'
import { openTable, type Table } from './table.ts'
import type { ExaminationTask, Finding, Report } from './task.ts'

/** Share of the whole work that is done when scoring ends. */
const scored = 0.4
/** Kinds that look at the values of columns, and not only at predictions. */
const looking: readonly EvidenceKind[] = ['slices', 'explanation', 'robustness', 'privacy']
/** Share of an explanation's rows that an endpoint is asked about. */
const remoteEffort = 0.01
/** Further columns of a prediction table that are looked at. */
const mostColumns = 100

/**
 * Scores a model on a dataset, or reads the predictions that a table has, and measures what is asked for. Whatever stands
 * in the way is a bad_request with a sentence for the person who asked. The same files and protocol give the same findings.
 */
export async function examine(
  task: ExaminationTask,
  { tempDir, report = () => {}, found = async () => {}, ask = nobody }: Surroundings,
): Promise<Finding[]> {
  const { protocol, kinds } = task
  if ((kinds.includes('fairness') || kinds.includes('mitigation')) && protocol.protected.length === 0) {
    throw badRequest('the protocol names no protected attribute, so there is no fairness to measure')
  }
  return withExamined(
    task,
    { tempDir, report, looks: kinds.some((kind) => looking.includes(kind)), ask },
    async (examined) => {
      const findings: Finding[] = []
      for (const [i, kind] of kinds.entries()) {
        const from = scored + ((1 - scored) * i) / kinds.length
        const within = (share: number) => report(from + ((1 - scored) * share) / kinds.length, `measuring ${kind}`)
        within(0)
        const finding = findingOf(kind, task, examined, await measure(kind, { ...examined, report: within }))
        await found(finding)
        findings.push(finding)
      }
      return findings
    },
  )
}

type Surroundings = {
  readonly tempDir: string
  readonly report?: Report
  /** Told of each kind when it is finished, before the next one begins. */
  readonly found?: (finding: Finding) => Promise<void>
  readonly ask?: Ask
}

type Opening = { readonly tempDir: string; readonly report: Report; readonly looks: boolean; readonly ask: Ask }

/** Opens, reads and scores everything, and closes it again. */
export async function withExamined<T>(
  task: ExaminationTask,
  opening: Opening,
  use: (examined: Examined, table: Table) => Promise<T>,
): Promise<T> {
  const { tempDir, report, looks } = opening
  const { protocol, limits, source, kinds } = task
  report(0, 'reading the dataset')
  const table = await openTable(task.dataset, { rows: limits.rows, memoryMb: Math.floor(limits.memoryMb / 2), tempDir })
  try {
    const remote = source.kind === 'endpoint' ? openEndpoint(source.endpoint, opening.ask) : undefined
    const model = source.kind === 'model' ? await openModel(source.file, protocol) : remote
    const predictions =
      source.kind === 'model' && model
        ? await modelSource(model, source.file, protocol)
        : remote
          ? endpointSource(remote)
          : tableSourceOf(protocol)
    const keep = looks ? columnsToKeep(task, table, model ? inputColumns(model) : []) : []
    const rows = await readRows(table, {
      protocol,
      limits,
      source: predictions,
      keep,
      ...(model && kinds.includes('fairness') ? { sample: { columns: inputColumns(model), rows: rowsCompared } } : {}),
      report: (share) => report(0.05 + (scored - 0.05) * share, 'scoring'),
    })
    const asked = model && {
      model,
      scorer: createScorer(model, rows.said, protocol),
      path: source.kind === 'model' ? source.file.path : null,
      effort: remote ? remoteEffort : 1,
    }
    const answers = remote?.answers()
    return await use(
      { task, rows, asked: asked ?? null, answers, tempDir, report: (share) => report(share, 'scoring') },
      table,
    )
  } finally {
    table.close()
  }
}

/** What the model takes, what slices are cut by; of a prediction table every column that is neither truth nor prediction. */
function columnsToKeep({ protocol, kinds }: ExaminationTask, table: Table, inputs: readonly Kept[]): Kept[] {
  const kept = new Map(inputs.map((input) => [input.column, input]))
  const taken = new Set(predictionColumns(protocol))
  const further =
    protocol.slices?.columns ??
    (inputs.length > 0
      ? protocol.protected
      : table.columns.filter((column) => !taken.has(column)).slice(0, mostColumns))
  const wanted = kinds.includes('slices') || inputs.length === 0 ? further : []
  const { id } = protocol
  if (kinds.includes('explanation') && id !== undefined && table.columns.includes(id) && !kept.has(id)) {
    kept.set(id, { as: 'text', column: id })
  }
  for (const column of wanted) if (!kept.has(column)) kept.set(column, { as: 'any', column })
  return [...kept.values()]
}

function predictionColumns(protocol: ExaminationTask['protocol']): string[] {
  const { score, label, value, scores } = protocol.prediction ?? {}
  const truth = 'label' in protocol ? protocol.label : undefined
  return [truth, score, label, value, ...Object.values(scores ?? {}), protocol.id].filter((name) => name !== undefined)
}

function measure(kind: EvidenceKind, examined: Examined): Measured | Promise<Measured> {
  switch (kind) {
    case 'performance':
      return measurePerformance(examined)
    case 'fairness':
      return measureFairness(examined)
    case 'mitigation':
      return measureMitigation(examined)
    case 'slices':
      return measureSlices(examined)
    case 'explanation':
      return measureExplanation(examined)
    case 'robustness':
      return measureRobustness(examined)
    case 'privacy':
      return measurePrivacy(examined)
  }
}

function findingOf(kind: EvidenceKind, task: ExaminationTask, examined: Examined, measured: Measured): Finding {
  const { rows, answers } = examined
  const result = plain(measured.result)
  const limits = limitsOf(kind, task, result)
  return {
    kind,
    parameters: plain({ ...commonParameters(task, rows.said), ...measured.parameters }),
    result: limits.length > 0 ? { ...result, limits } : result,
    ...(answers ? { answers } : {}),
    ...(measured.decisions ? { decisions: measured.decisions } : {}),
  }
}

/** Each limit of this kind with whether it holds; of several figures under a `*` the worst one counts. */
function limitsOf(kind: EvidenceKind, { protocol }: ExaminationTask, result: JsonObject): LimitOutcome[] {
  return (protocol.limits ?? [])
    .filter(({ evidence }) => evidence === kind)
    .map((limit): LimitOutcome => {
      const found = findFigures(result, limit.figure)
      const sign = limit.is === 'at_least' ? 1 : -1
      const known = found.flatMap(({ of, reading }) => (reading.state === 'ok' ? [{ of, value: reading.value }] : []))
      const worst = known.sort((a, b) => sign * (a.value - b.value))[0]
      if (worst) {
        return {
          ...limit,
          passes: sign * (worst.value - limit.limit) >= 0,
          value: worst.value,
          of: worst.of,
          reason: null,
        }
      }
      const reasons = found.flatMap(({ reading }) => (reading.state === 'ok' ? [] : [reading.reason]))
      return { ...limit, passes: null, value: null, of: null, reason: reasons.join('; ') }
    })
}
