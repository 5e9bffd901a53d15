import type { Clock } from '../lib/clock.ts'

/** A clock that tests set. */
export type TestClock = Clock & { advance(ms: number): void }

export function testClock(start = '2026-03-02T09:00:00.000Z'): TestClock {
  let now = Date.parse(start)
  return {
    now: () => new Date(now),
    advance(ms) {
      now += ms
    },
  }
}
