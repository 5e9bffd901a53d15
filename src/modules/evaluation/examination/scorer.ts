import type { Frame, Predict } from '../metrics/explanation/index.ts'
import type { Protocol } from '../schema.ts'
import { bothClasses } from './heard.ts'
import type { Model } from './model.ts'
import type { Kept } from './read-rows.ts'
import { logLossOf, type Said } from './said.ts'

/** A model that is asked about rows that somebody made up. */
export type Scorer = {
  /** What it takes, one entry a column. */
  readonly columns: readonly Kept[]
  /** The number that is explained: the probability of the favourable class, or the number of a regression. */
  readonly predict: Predict
  readonly explains: string
  /** Loss of every row of a frame whose truth is `said`, row by row. */
  losses(frame: Frame, said: Said): Promise<Float64Array>
}

/** Values that go to the model at once. */
const valuesAtOnce = 4_000_000
const fewestRows = 64
const mostRows = 65_536

/** How the columns of a model are read: words as words, numbers as numbers. */
export function inputColumns(model: Model): Kept[] {
  const kept = new Map<string, Kept>()
  for (const { type, columns } of model.inputs) {
    for (const column of columns)
      kept.set(column, { as: type === 'string' ? 'text' : type === 'any' ? 'any' : 'number', column })
  }
  return [...kept.values()]
}

export function createScorer(model: Model, said: Said, protocol: Protocol): Scorer {
  const columns = inputColumns(model)
  const atOnce = Math.min(mostRows, Math.max(fewestRows, Math.floor(valuesAtOnce / columns.length)))

  async function outputs(frame: Frame): Promise<Float64Array[]> {
    const named = new Map(frame.columns.map(({ name, values }) => [name, values]))
    const found: Float64Array[] = []
    for (let from = 0; from < frame.rows; from += atOnce) {
      const to = Math.min(frame.rows, from + atOnce)
      const part = (column: string) => {
        const values = named.get(column) ?? []
        return values instanceof Float64Array ? values.subarray(from, to) : values.slice(from, to)
      }
      const { probabilities } = await model.score(to - from, part)
      const scored = said.task === 'binary' || said.task === 'scores' ? bothClasses(probabilities) : probabilities
      for (const [i, values] of scored.entries()) {
        found[i] ??= new Float64Array(frame.rows)
        found[i]?.set(values, from)
      }
    }
    return found
  }

  const { place, explains } = explainedOf(said, protocol)
  const predict: Predict = async (frame) => (await outputs(frame))[place] ?? new Float64Array(frame.rows)

  async function losses(frame: Frame, truth: Said): Promise<Float64Array> {
    const found = await outputs(frame)
    switch (truth.task) {
      case 'scores':
        return new Float64Array(frame.rows)
      case 'binary': {
        const score = found[truth.place] ?? new Float64Array(frame.rows)
        return Float64Array.from(truth.y, (label, i) => logLossOf(label === 1 ? (score[i] ?? 0) : 1 - (score[i] ?? 0)))
      }
      case 'multiclass':
        return Float64Array.from(truth.y, (label, i) => logLossOf(found[truth.places[label] ?? -1]?.[i] ?? 0))
      case 'regression':
        return Float64Array.from(truth.y, (value, i) => Math.abs((found[0]?.[i] ?? 0) - value))
    }
  }

  return { columns, predict, explains, losses }
}

function explainedOf(said: Said, protocol: Protocol): { place: number; explains: string } {
  switch (said.task) {
    case 'binary':
    case 'scores':
      return { place: said.place, explains: 'the probability of the favourable class' }
    case 'regression':
      return { place: 0, explains: 'the prediction' }
    case 'multiclass': {
      const counts = said.labels.map((_, label) => said.y.reduce((n, each) => n + (each === label ? 1 : 0), 0))
      const wanted = protocol.task === 'multiclass' ? String(protocol.positive ?? '') : ''
      const most = said.labels.includes(wanted) ? said.labels.indexOf(wanted) : counts.indexOf(Math.max(...counts))
      const place = said.places[most] ?? 0
      return { place: Math.max(0, place), explains: `the probability of ${said.labels[most]}` }
    }
  }
}
