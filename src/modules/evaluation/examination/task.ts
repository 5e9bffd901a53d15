import type { Digest } from '../../../lib/ids.ts'
import type { JsonObject } from '../../../lib/json.ts'
import type { EvidenceKind, ExplainInput, Protocol, ScoringEndpoint, StoredDecision } from '../schema.ts'

export type TableFile = {
  readonly path: string
  readonly name: string
  /** JSON as `mlflow.log_table` writes it: columns and data, or a list of records. */
  readonly format: 'csv' | 'parquet' | 'json'
}

export type ModelFile = {
  readonly path: string
  readonly name: string
  /** Columns of a model that takes one matrix, where something says their order. */
  readonly columnOrder: readonly string[] | null
}

/** What the examiner's process is asked. Paths are local files, which it only reads. */
export type ExaminationTask = {
  readonly source:
    | { readonly kind: 'model'; readonly file: ModelFile }
    | { readonly kind: 'predictions' }
    | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }
  readonly dataset: TableFile
  readonly protocol: Protocol
  readonly kinds: readonly EvidenceKind[]
  /** The version before, to say where this one does worse. */
  readonly previous: (ModelFile & { readonly version: number }) | null
  /** What the model was trained on, where that is stored. */
  readonly training: TableFile | null
  readonly limits: ExaminationLimits
}

/** A protocol's endpoint with the columns it takes. The examiner has no network: the server asks on its behalf. */
export type Endpoint = ScoringEndpoint & { readonly columns: readonly string[] }

export type ExaminationLimits = {
  readonly rows: number
  readonly memoryMb: number
  readonly timeMs: number
}

export type Finding = {
  readonly kind: EvidenceKind
  readonly parameters: JsonObject
  readonly result: JsonObject
  /** What an endpoint said of the dataset, as one digest. */
  readonly answers?: Digest
  /** Single decisions that an explanation explained, whose digest the result has. */
  readonly decisions?: readonly StoredDecision[]
}

/** One row of a dataset to be explained: by number, or by the value of a column. */
export type DecisionTask = ExaminationTask & {
  readonly decision: {
    readonly which: { readonly row: number } | { readonly column: string; readonly value: string }
    readonly kinds: ExplainInput['kinds']
  }
}

/** What is in the columns of a table, for guesses. */
export type ColumnFacts = {
  readonly name: string
  readonly numeric: boolean
  /** Of the first hundred thousand rows. */
  readonly rows: number
  readonly distinct: number
  readonly missing: number
  readonly low: number | null
  readonly high: number | null
  readonly whole: boolean
  /** All values by how often they occur, where they are few. */
  readonly values: readonly string[]
}

export type DescribedColumns = {
  readonly facts: readonly ColumnFacts[]
  /** Further columns, which nobody looked at. */
  readonly more: number
}

/** A table whose rows get weights for training again. */
export type WeightTask = {
  readonly dataset: TableFile
  readonly protocol: Protocol
  readonly attribute: string
  readonly limits: ExaminationLimits
}

/** The weight of each group and label, and by row which of these cells it is in. */
export type RowWeights = {
  readonly cells: readonly { readonly group: string; readonly label: 0 | 1; readonly weight: number }[]
  readonly codes: Uint16Array
}

export type Request =
  | { readonly ask: 'findings'; readonly task: ExaminationTask }
  | { readonly ask: 'decision'; readonly task: DecisionTask }
  | { readonly ask: 'weights'; readonly task: WeightTask }
  | { readonly ask: 'row'; readonly task: RowTask }
  | { readonly ask: 'columns'; readonly dataset: TableFile; readonly limits: ExaminationLimits }

/** The first row of a table, as an evaluation would send it to an endpoint. */
export type RowTask = { readonly endpoint: Endpoint; readonly dataset: TableFile; readonly limits: ExaminationLimits }

/** What an endpoint said of one row, without what it said. */
export type RowHeard = { readonly numbers: number; readonly labelled: boolean }

export type Phase =
  | 'reading the dataset'
  | 'scoring'
  | `measuring ${EvidenceKind}`
  | 'scoring the version before'
  | 'scoring the training data'
  | 'explaining the row'

/** What the examiner's process answers: phases, then one of the others. */
export type ExaminationMessage =
  | { readonly type: 'progress'; readonly share: number; readonly phase: Phase }
  | { readonly type: 'found'; readonly finding: Finding }
  | { readonly type: 'done'; readonly answer: unknown }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'ask'; readonly id: number; readonly body: string }

/** What comes back to the examiner's process after it asked. */
export type AnswerMessage = { readonly id: number; readonly answer: Answered }
export type Answered =
  | { readonly outcome: 'answered'; readonly status: number; readonly answer: string }
  | { readonly outcome: 'failed'; readonly error: string }

export type Report = (share: number, phase: Phase) => void
