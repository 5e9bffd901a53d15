import type { Checkpoint } from './checkpoint.ts'
import type { LeafStore } from './leaf-store.ts'
import { createTreeHasher } from './merkle.ts'
import { sameHash } from './merkle-proof.ts'
import type { Problems } from './trail-problem.ts'

export type SignedSize = { readonly checkpoint: Checkpoint; readonly line?: number }

/** An event whose bytes do not hash to the leaf beside it. */
export type Mismatch = {
  readonly index: number
  readonly line: number
  readonly computed: Uint8Array
  readonly isJson: boolean
}

/** Which of the checkpoints, by growing size, have the root of the leaves. */
function compareRoots(leaves: LeafStore, sorted: readonly SignedSize[]): Set<SignedSize> {
  const hasher = createTreeHasher()
  const fits = new Set<SignedSize>()
  let size = 0
  for (const signed of sorted) {
    leaves.each(size, signed.checkpoint.size, hasher.append)
    size = signed.checkpoint.size
    if (sameHash(hasher.root(), signed.checkpoint.root)) fits.add(signed)
  }
  return fits
}

/**
 * Compares the events with every checkpoint whose signature is good, and locates what does not fit between the last
 * checkpoint that does and the first that does not. `complete` is how many leading events are all there. Where a leaf and
 * its event disagree, the signed root tells which of the two was changed.
 */
export function checkRoots(
  input: {
    readonly leaves: LeafStore
    readonly complete: number
    readonly signed: readonly SignedSize[]
    readonly mismatches: readonly Mismatch[]
  },
  problems: Problems,
): void {
  const { leaves, complete, mismatches } = input
  const sorted = input.signed
    .filter(({ checkpoint }) => checkpoint.size <= complete)
    .sort((a, b) => a.checkpoint.size - b.checkpoint.size)

  const fitsStated = compareRoots(leaves, sorted)
  for (const { index, computed } of mismatches) leaves.set(index, computed)
  const fitsComputed = mismatches.length > 0 ? compareRoots(leaves, sorted) : fitsStated

  for (const mismatch of mismatches) {
    const { index, line } = mismatch
    const covering = sorted.find(({ checkpoint }) => checkpoint.size > index)
    if (covering && fitsComputed.has(covering)) {
      const message = `the leaf hash of event ${index} was altered; the event itself is as it was signed`
      problems.add({ kind: 'altered_leaf', index, line, message })
    } else if (!mismatch.isJson) {
      problems.add({ kind: 'not_json', index, line, message: `event ${index} was altered and is no longer JSON` })
    } else {
      problems.add({ kind: 'altered_event', index, line, message: `event ${index} does not hash to its leaf` })
    }
  }

  const fits = (signed: SignedSize) => fitsStated.has(signed) || fitsComputed.has(signed)
  const lastFit = sorted.findLast(fits)?.checkpoint.size ?? 0
  for (const signed of sorted) {
    if (fits(signed)) continue
    const { size } = signed.checkpoint
    const where = signed.line === undefined ? {} : { line: signed.line }
    if (size <= lastFit) {
      const message = `the log has also signed another history of ${size} events than the one in this file`
      problems.add({ kind: 'root_mismatch', ...where, message })
      continue
    }
    const message = `events ${lastFit} to ${size - 1} are not all as they were signed`
    problems.add({ kind: 'root_mismatch', ...where, index: lastFit, lastIndex: size - 1, message })
    break
  }
}
