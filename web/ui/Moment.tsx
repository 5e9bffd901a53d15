import { useSyncExternalStore } from 'react'

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

export function relative(at: number, now: number): string {
  const seconds = (at - now) / 1000
  const unit = units.find(([, size]) => Math.abs(seconds) >= size)
  return unit ? words.format(Math.round(seconds / unit[1]), unit[0]) : 'just now'
}

/** ISO date and time in UTC, without what nobody reads. */
export function isoText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

let minute = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** One clock for all moments on the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    minute = Date.now()
    for (const each of listeners) each()
  }, 30_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

function useNow(): number {
  return useSyncExternalStore(subscribe, () => minute)
}

type Props = { at: string | number; form?: 'relative' | 'both' | 'iso' }

export function Moment({ at, form = 'relative' }: Props) {
  const now = useNow()
  const time = typeof at === 'number' ? at : Date.parse(at)
  const iso = new Date(time).toISOString()
  const ago = relative(time, Math.max(now, minute))
  if (form === 'relative') {
    return (
      <time dateTime={iso} title={isoText(time)}>
        {ago}
      </time>
    )
  }
  return (
    <time dateTime={iso} title={iso}>
      <span className="fact">{isoText(time)}</span>
      {form === 'both' && <span className="quiet"> {ago}</span>}
    </time>
  )
}
