import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** A package or part of Node that few requests need: loaded with the first use, so that a server that starts does not wait for it. */
export function onDemand<T>(name: string): () => T {
  let loaded: T | undefined
  return () => {
    loaded ??= require(name) as T
    return loaded
  }
}
