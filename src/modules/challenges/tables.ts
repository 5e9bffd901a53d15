export type ChallengeTables = { challenge: ChallengeRow }

/** `document` is exactly what was signed; the columns beside it are its index. */
export type ChallengeRow = {
  id: string
  model_id: string
  alias: string
  champion_id: string
  champion: number
  challenger_id: string
  challenger: number
  outcome: 'promoted' | 'kept' | 'undecided'
  decided_by: string
  decided_at: string
  verdict_id: string | null
  document: string
  digest: string
  key_id: string
  signature: string
}
