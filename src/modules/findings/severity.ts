import { Severity, type SeverityLevel } from '../registry/schema.ts'

/** Whether a finding of this severity blocks a gate that is blocked from a level on. */
export function blocksAt(severity: Severity, level: SeverityLevel): boolean {
  return level !== 'none' && rankOf(severity) >= rankOf(level)
}

export function rankOf(severity: Severity): number {
  return Severity.options.indexOf(severity)
}
