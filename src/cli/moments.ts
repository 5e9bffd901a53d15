import { CliError } from './exit.ts'

/** A date means its last moment, so that `--until 2026-12-31` includes that day. */
export function momentOf(text: string): string {
  const moment = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text)
  if (Number.isNaN(moment.getTime())) throw new CliError(`"${text}" is no date`)
  return moment.toISOString()
}
