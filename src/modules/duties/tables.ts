export type DutyTables = {
  assignment: AssignmentRow
  deputy: DeputyRow
  duty_alarm: DutyAlarmRow
  duty_watch: { id: number; next_at: string }
}

export type AssignmentRow = {
  id: string
  subject_type: string
  subject_id: string
  duty: string
  person_id: string
  state: string
  reason: string
  replaces: string | null
  proposed_by: string
  proposed_at: string
  answered_at: string | null
  answer: string | null
  accepted_at: string | null
  ended_at: string | null
  ended_by: string | null
  end_reason: string | null
}

export type DeputyRow = {
  id: string
  assignment_id: string
  person_id: string
  starts_at: string
  ends_at: string
  reason: string
  appointed_by: string
  appointed_at: string
}

export type DutyAlarmRow = {
  id: string
  assignment_id: string
  kind: string
  raised_at: string
  cleared_at: string | null
}
