import type { Section, TestState } from './schema.ts'

export type ValidationTables = { validation_test: ValidationTestRow; validation_text: ValidationTextRow }

export type ValidationTestRow = {
  id: string
  model_id: string
  version_id: string
  environment: string
  title: string
  risk: string
  method: string
  expected: string
  state: TestState
  result: string | null
  evidence_id: string | null
  planned_by: string
  planned_at: string
  done_by: string | null
  done_at: string | null
}

/** Every text that was ever written; the newest of a section counts. */
export type ValidationTextRow = {
  id: string
  version_id: string
  environment: string
  section: Section
  text: string
  written_by: string
  written_at: string
}
