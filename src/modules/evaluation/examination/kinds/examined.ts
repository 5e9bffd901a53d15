import type { Digest } from '../../../../lib/ids.ts'
import type { JsonObject } from '../../../../lib/json.ts'
import type { Column, Frame } from '../../metrics/explanation/index.ts'
import type { StoredDecision } from '../../schema.ts'
import type { Model } from '../model.ts'
import type { Rows } from '../read-rows.ts'
import type { Said } from '../said.ts'
import type { Scorer } from '../scorer.ts'
import type { ExaminationTask } from '../task.ts'

/** A dataset that was read and scored, for everything that is measured on it. */
export type Examined = {
  readonly task: ExaminationTask
  readonly rows: Rows
  /** What a model can be asked; null for a prediction table. */
  readonly asked: {
    readonly model: Model
    readonly scorer: Scorer
    /** Its file, which may say what it computes; null for an endpoint. */
    readonly path: string | null
    /** Share of the rows that are scored for an explanation of a file; asking over a network takes longer. */
    readonly effort: number
  } | null
  /** Digest of what an endpoint said of the dataset. */
  readonly answers: Digest | undefined
  readonly tempDir: string
  readonly report: (share: number) => void
}

/** What a kind of evidence found, and the settings it was found under beyond those of every kind. */
export type Measured = {
  readonly parameters?: object
  readonly result: object
  readonly decisions?: readonly StoredDecision[]
}

/** As JSON has it: no undefined, no typed arrays. */
export const plain = (value: object) => JSON.parse(JSON.stringify(value)) as JsonObject

/** The settings that every kind depends on. */
export function commonParameters({ protocol, source }: ExaminationTask, said: Said): object {
  const { inputs, confidence, seed, bootstrap } = protocol
  // Whoever runs an endpoint may change it at any time.
  const asked = source.kind === 'endpoint' ? { endpoint: { ...source.endpoint, reproducible: false } } : {}
  const common = { inputs, confidence, seed, bootstrap, score: said.origin, ...asked }
  switch (protocol.task) {
    case 'binary':
      return { label: protocol.label, positive: protocol.positive, threshold: protocol.threshold, ...common }
    case 'multiclass':
      return { task: protocol.task, label: protocol.label, positive: protocol.positive, ...common }
    case 'regression':
      return { task: protocol.task, label: protocol.label, threshold: protocol.threshold, ...common }
    case 'scores':
      return { task: protocol.task, positive: protocol.positive, threshold: protocol.threshold, ...common }
  }
}

/** The columns that a model takes, as a frame. */
export function frameOf({ columns, n }: Rows, names: readonly string[]): Frame {
  return { rows: n, columns: names.map((name): Column => ({ name, values: columns.get(name) ?? [] })) }
}
