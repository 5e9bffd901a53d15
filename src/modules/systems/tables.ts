export type SystemTables = {
  ai_system: SystemRow
  ai_system_model: SystemModelRow
}

/** `jurisdictions` is a JSON list of texts. */
export type SystemRow = {
  id: string
  name: string
  purpose: string
  limits: string
  affected: string
  jurisdictions: string
  tier: string | null
  created_at: string
  created_by: string
  updated_at: string
  retired_at: string | null
}

export type SystemModelRow = { system_id: string; model_id: string; added_at: string }
