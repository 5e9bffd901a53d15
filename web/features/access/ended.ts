import { useSyncExternalStore } from 'react'

let ended = false
const listeners = new Set<() => void>()

function set(value: boolean): void {
  if (ended === value) return
  ended = value
  for (const each of listeners) each()
}

/** A request was answered with "nobody is signed in": the page stays, and asks to sign in above what was written. */
export const announceSessionEnd = () => set(true)
export const sessionIsBack = () => set(false)

export function useSessionEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => ended,
  )
}
