/** MLflow leaves out unset fields and empty arrays; empty objects stay. */
export function answer<T>(value: T): unknown {
  if (Array.isArray(value)) return value.map(answer)
  if (typeof value !== 'object' || value === null) return value
  const fields: [string, unknown][] = []
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined || field === null) continue
    if (Array.isArray(field) && field.length === 0) continue
    fields.push([key, answer(field)])
  }
  return Object.fromEntries(fields)
}
