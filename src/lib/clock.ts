/** The clock is an argument, so that tests can set the time. */
export type Clock = { now(): Date }

export const systemClock: Clock = { now: () => new Date() }

let last = { at: Number.NaN, text: '' }

/** Many requests ask within one millisecond, and the text costs more than the time. */
export function isoNow(clock: Clock): string {
  const now = clock.now()
  if (now.getTime() !== last.at) last = { at: now.getTime(), text: now.toISOString() }
  return last.text
}
