import type { JsonObject } from '../../../lib/json.ts'
import type { TableFormat } from '../../datasets/schema.ts'
import type { EvidenceKind, Protocol } from '../schema.ts'

/** What the examiner's process is asked. Paths are local files, which it only reads. */
export type ExaminationTask = {
  readonly model: { readonly path: string; readonly name: string }
  readonly dataset: { readonly path: string; readonly name: string; readonly format: TableFormat }
  readonly protocol: Protocol
  readonly kinds: readonly EvidenceKind[]
  /** Columns of a model that takes one matrix, where something says their order. */
  readonly columnOrder: readonly string[] | null
  readonly limits: ExaminationLimits
}

export type ExaminationLimits = {
  readonly rows: number
  readonly memoryMb: number
  readonly timeMs: number
}

export type Finding = {
  readonly kind: EvidenceKind
  readonly parameters: JsonObject
  readonly result: JsonObject
}

export type Phase = 'reading the dataset' | 'scoring' | 'measuring performance' | 'measuring fairness'

/** What the examiner's process answers: phases, then one of the others. */
export type ExaminationMessage =
  | { readonly type: 'progress'; readonly share: number; readonly phase: Phase }
  | { readonly type: 'done'; readonly findings: readonly Finding[] }
  | { readonly type: 'refused'; readonly reason: string }

export type Report = (share: number, phase: Phase) => void
