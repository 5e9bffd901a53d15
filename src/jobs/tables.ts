export type JobTables = { job: JobRow }

/** Private to `jobs/`: what users care about is stored in the module's own table. */
export type JobRow = {
  id: string
  kind: string
  input: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  attempts: number
  run_after: string
  leased_by: string | null
  leased_until: string | null
  progress: number
  error: string | null
  created_at: string
  finished_at: string | null
}
