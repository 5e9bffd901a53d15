export type PolicyTables = { policy_version: PolicyVersionRow }

/** `text` is what people wrote, and what `digest` covers; the document is parsed from it. */
export type PolicyVersionRow = {
  name: string
  version: number
  state: 'draft' | 'published' | 'superseded'
  text: string
  digest: string
  created_at: string
  created_by: string
  published_at: string | null
  published_by: string | null
  tests: string | null
  /** `TestResults` and `PolicyPlan` as JSON. */
  test_results: string | null
  plan: string | null
}
