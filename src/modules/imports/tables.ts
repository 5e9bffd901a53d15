import type { ImportKind, ImportPhase, ImportState } from './schema.ts'

export type ImportTables = {
  import: ImportRow
  import_item: ImportItemRow
  import_problem: ImportProblemRow
}

/** `counts` is what was brought so far, as JSON; it moves in the transactions that bring it. */
export type ImportRow = {
  id: string
  /** Names the source the same way every time, without its secrets. */
  source: string
  label: string
  prefix: string
  state: ImportState
  phase: ImportPhase
  /** The last thing of the phase that is done, in the source's own order. */
  cursor: string | null
  counts: string
  actor_id: string
  started_at: string
  finished_at: string | null
  worker: string | null
  leased_until: string | null
}

/** What a thing of the source became here. */
export type ImportItemRow = {
  source: string
  kind: ImportKind
  source_id: string
  target_id: string
  /** The import that brought or last changed it. */
  import_id: string
  /** Digest of what the source said. */
  content: string
  /** Digest of what it was here afterwards, to see whether somebody changed it since. */
  here: string
  /** Where the source keeps its files; of a file, its size and time there. */
  location: string
}

export type ImportProblemRow = {
  import_id: string
  kind: ImportKind
  subject: string
  code: string
  message: string
}
