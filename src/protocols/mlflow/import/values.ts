/** What a foreign store hands over, as texts and numbers; what is neither becomes what the rules refuse. */

export const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value))

export const nullableText = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value)

export function number(value: unknown): number | null {
  if (value === null || value === undefined || value === '') return null
  return Number(value)
}

/** As Python writes a float: `nan`, `inf` and `-inf` beside numbers. Undefined for what is none. */
export function pythonFloat(value: string): number | undefined {
  const word = value.trim().toLowerCase()
  if (/^[+-]?nan$/.test(word)) return Number.NaN
  if (/^[+]?inf(inity)?$/.test(word)) return Number.POSITIVE_INFINITY
  if (/^-inf(inity)?$/.test(word)) return Number.NEGATIVE_INFINITY
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word) ? Number(word) : undefined
}

export const modelStatuses: Readonly<Record<string, string>> = {
  1: 'LOGGED_MODEL_PENDING',
  2: 'LOGGED_MODEL_READY',
  3: 'LOGGED_MODEL_UPLOAD_FAILED',
  PENDING: 'LOGGED_MODEL_PENDING',
  READY: 'LOGGED_MODEL_READY',
  FAILED: 'LOGGED_MODEL_UPLOAD_FAILED',
}

export const runStatuses: Readonly<Record<string, string>> = {
  1: 'RUNNING',
  2: 'SCHEDULED',
  3: 'FINISHED',
  4: 'FAILED',
  5: 'KILLED',
}

/** The stage of versions that MLflow keeps as deleted. */
export const deletedStage = 'Deleted_Internal'
