import { useEffect, useRef, useSyncExternalStore } from 'react'

/** `keys` is one key ("j"), two in a row ("g i"), or "enter" and "escape". */
export type Binding = { keys: string; label: string; run: () => void }

const layers = new Set<{ current: readonly Binding[] }>()
const listeners = new Set<() => void>()
const storage = 'modelkeep-keys'
let enabled = readEnabled()
let pending = ''
let pendingUntil = 0

function readEnabled(): boolean {
  try {
    return localStorage.getItem(storage) !== 'off'
  } catch {
    return true
  }
}

export function setKeysEnabled(on: boolean): void {
  enabled = on
  try {
    localStorage.setItem(storage, on ? 'on' : 'off')
  } catch {
    // Without storage the choice lasts for this page only.
  }
  for (const each of listeners) each()
}

export function useKeysEnabled(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => enabled,
  )
}

/** Keys that work while the component is on the page; later components win. */
export function useKeys(bindings: readonly Binding[]): void {
  const layer = useRef(bindings)
  layer.current = bindings
  useEffect(() => {
    layers.add(layer)
    return () => {
      layers.delete(layer)
    }
  }, [])
}

/** What works here, for the help panel; the first of two bindings for the same keys is the one that runs. */
export function currentBindings(): Binding[] {
  const seen = new Set<string>()
  return [...layers]
    .reverse()
    .flatMap((layer) => layer.current)
    .filter((binding) => !seen.has(binding.keys) && seen.add(binding.keys))
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
    !(target instanceof HTMLInputElement && ['checkbox', 'radio', 'button'].includes(target.type))
  )
}

/** Enter and Space belong to the control that has the focus. */
function activates(event: KeyboardEvent): boolean {
  return (
    (event.key === 'Enter' || event.key === ' ') &&
    event.target instanceof HTMLElement &&
    event.target.closest('a, button, summary, input, [role=tab]') !== null
  )
}

/**
 * Whether a dialog was open when a key was pressed. A dialog that Escape closes is gone by the time that the page hears of the
 * key, which belongs to the dialog all the same. Registered before any dialog's own listener.
 */
let inDialog = false
window.addEventListener(
  'keydown',
  () => {
    inDialog = document.querySelector('[role=dialog]') !== null
  },
  { capture: true },
)

function handle(event: KeyboardEvent): void {
  if (!enabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (typing(event.target) || activates(event) || inDialog) return
  const key = event.key.length === 1 ? event.key : event.key.toLowerCase()
  const sequence = pending && Date.now() < pendingUntil ? `${pending} ${key}` : key
  const bindings = currentBindings()
  const hit = bindings.find((binding) => binding.keys === sequence) ?? bindings.find((binding) => binding.keys === key)
  pending = ''
  if (hit) {
    event.preventDefault()
    hit.run()
  } else if (bindings.some((binding) => binding.keys.startsWith(`${key} `))) {
    pending = key
    pendingUntil = Date.now() + 1200
  }
}

export function useKeyListener(): void {
  useEffect(() => {
    document.addEventListener('keydown', handle)
    return () => document.removeEventListener('keydown', handle)
  }, [])
}
