import type { DryRun, DryRunInput } from './schema.ts'

export type ConnectionTables = { connection_dry_run: ConnectionDryRunRow }

/** Rows are written once and never changed. */
export type ConnectionDryRunRow = {
  id: string
  kind: DryRunInput['kind']
  target: string
  outcome: DryRun['outcome']
  /** `DryRunCheck[]` as JSON. */
  checks: string
  at: string
  by: string
}
