import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe } from 'vitest'

/** The reference folder lies beside the repository. It is not part of it, so a clone may be without. */
const root = join(import.meta.dirname, '..', '..', '..', 'shared')

/** Path of a file or folder in the reference folder, whether or not it exists. */
export function sharedPath(...parts: string[]): string {
  return join(root, ...parts)
}

/** True when the path, or the same with `.gz`, exists in the reference folder. */
export function hasShared(...parts: string[]): boolean {
  const path = sharedPath(...parts)
  return existsSync(path) || existsSync(`${path}.gz`)
}

/** Bytes of a reference file; unpacks a `.gz`, also where only that exists. Throws ENOENT when there is neither. */
export function readShared(...parts: string[]): Buffer {
  const path = sharedPath(...parts)
  if (existsSync(path)) return path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)
  return gunzipSync(readFileSync(`${path}.gz`))
}

/** Text of a reference file as UTF-8. */
export function readSharedText(...parts: string[]): string {
  return readShared(...parts).toString('utf8')
}

/** Parsed JSON of a reference file; the caller names the shape it relies on. */
export function readSharedJson<T = unknown>(...parts: string[]): T {
  return JSON.parse(readSharedText(...parts)) as T
}

let absent = 0

/** A suite over reference files: skipped, with a counted line, where the folder is absent. */
export function describeShared(name: string, parts: readonly string[], body: () => void): void {
  if (hasShared(...parts)) {
    describe(name, body)
    return
  }
  absent++
  console.warn(`skipped (${absent} without reference files): ${name} needs ../shared/${parts.join('/')}`)
  describe.skip(name, () => {
    // The body may read files at collection time, so it must not run here.
  })
}
