export type BreakGlassTables = { break_glass: BreakGlassRow; break_glass_rules: BreakGlassRulesRow }

/** The state follows from the moments: see `stateOf`. */
export type BreakGlassRow = {
  id: string
  model_id: string
  version_id: string
  version: number
  environment: string
  reason: string
  hours: number
  requested_by: string
  requested_at: string
  lapses_at: string
  confirmed_by: string | null
  confirmed_at: string | null
  confirm_reason: string | null
  until: string | null
  finding_id: string | null
  verdict_id: string | null
  ended_by: string | null
  ended_at: string | null
  end_reason: string | null
}

export type BreakGlassRulesRow = { environment: string; longest_hours: number }
