export type AuditorRequestTables = {
  auditor_request: RequestRow
  auditor_request_entry: EntryRow
  auditor_request_object: ObjectRow
}

/** `entries` counts the steps so far; `remind_at` is null where nobody is reminded any more. */
export type RequestRow = {
  id: string
  seat_id: string
  asked_by: string
  asked_at: string
  title: string
  due_at: string
  state: 'asked' | 'answered' | 'returned' | 'closed' | 'declined' | 'withdrawn'
  round: number
  entries: number
  assignee: string | null
  changed_at: string
  remind_at: string | null
}

/** Steps are added, never changed. `due_at` and `assignee` say what the step set them to. */
export type EntryRow = {
  request_id: string
  number: number
  kind: 'asked' | 'answered' | 'returned' | 'closed' | 'declined' | 'withdrawn' | 'assigned'
  round: number
  text: string
  said_by: string
  said_at: string
  due_at: string | null
  assignee: string | null
}

/** Name and words are those of the moment in which the step named the thing. */
export type ObjectRow = {
  request_id: string
  entry: number
  position: number
  thing: string
  model_id: string | null
  model: string | null
  version: number | null
  words: string
}
