import { Severity } from '../registry/schema.ts'

export function rankOf(severity: Severity): number {
  return Severity.options.indexOf(severity)
}
