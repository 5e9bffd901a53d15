import { hash } from 'node:crypto'

/**
 * The Merkle tree of RFC 9162 section 2.1 (the same tree as RFC 6962): leaves are hashed behind a zero byte,
 * interior nodes behind a one byte, and a node at (level, index) covers the leaves from index * 2^level on,
 * 2^level of them. Only complete nodes are stored: they never change.
 */
export type MerkleNode = { readonly level: number; readonly index: number; readonly hash: Uint8Array }

/** What an append needs to know of the tree: its size and the roots of its complete subtrees, largest first. */
export type Frontier = { readonly size: number; readonly roots: readonly Uint8Array[] }

export const hashLength = 32
export const maxTreeSize = Number.MAX_SAFE_INTEGER
export const emptyFrontier: Frontier = { size: 0, roots: [] }

/** RFC 9162 section 2.1.1: the hash of the empty tree is the hash of the empty string. */
export const emptyRoot: Uint8Array = digestBytes(new Uint8Array(0))

/** Turning a latin1 digest into bytes is three times as fast as asking node:crypto for a buffer. */
function digestBytes(bytes: Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', bytes, 'latin1'), 'latin1')
}

export function leafHash(entry: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(entry.length + 1)
  bytes[0] = 0
  bytes.set(entry, 1)
  return digestBytes(bytes)
}

const pair = Buffer.alloc(1 + 2 * hashLength, 1)

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== hashLength || right.length !== hashLength) {
    throw new RangeError(`a node of the tree has ${hashLength} bytes, not ${left.length} and ${right.length}`)
  }
  pair.set(left, 1)
  pair.set(right, 1 + hashLength)
  return digestBytes(pair)
}

/** Sizes are 64 bits wide in the RFC and the C2SP formats; a JavaScript number is exact up to 2^53 - 1. */
export function assertTreeSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(`${size} is not a tree size: whole numbers from 0 to ${maxTreeSize} are`)
  }
}

/**
 * Adds a leaf hash. Gives the new frontier and the interior nodes (level 1 and up) that this leaf completed, lowest
 * first. The frontier passed in stays as it is, so a transaction that rolls back leaves nothing behind.
 */
export function appendLeaf(frontier: Frontier, leaf: Uint8Array): { frontier: Frontier; nodes: MerkleNode[] } {
  assertTreeSize(frontier.size + 1)
  const roots = [...frontier.roots]
  const nodes: MerkleNode[] = []
  let node = leaf
  let index = frontier.size
  for (let level = 1; index % 2 === 1; level++) {
    const left = roots.pop()
    if (!left) throw new RangeError(`the frontier of a tree of ${frontier.size} leaves lacks a root`)
    node = nodeHash(left, node)
    index = (index - 1) / 2
    nodes.push({ level, index, hash: node })
  }
  roots.push(node)
  return { frontier: { size: frontier.size + 1, roots }, nodes }
}

/** The root hash, RFC 9162 section 2.1.1. */
export function rootOf(frontier: Frontier): Uint8Array {
  return foldRight(frontier.roots) ?? emptyRoot
}

/** The root over subtrees side by side, largest first; undefined over none. */
export function foldRight(roots: readonly Uint8Array[]): Uint8Array | undefined {
  let root = roots.at(-1)
  for (let i = roots.length - 2; i >= 0; i--) {
    const left = roots[i]
    if (left && root) root = nodeHash(left, root)
  }
  return root
}

/**
 * A tree hasher for many leaves: it keeps one stack of hashes in one buffer and allocates nothing per leaf but the
 * digest itself. `append` reads 32 bytes at an offset, so that leaves can lie side by side.
 */
export function createTreeHasher() {
  const stack = Buffer.alloc(64 * hashLength)
  let depth = 0
  let size = 0

  return {
    append(leaves: Uint8Array, offset: number): void {
      for (let i = 0; i < hashLength; i++) stack[depth * hashLength + i] = leaves[offset + i] ?? 0
      depth++
      for (let index = size; index % 2 === 1; index = (index - 1) / 2) {
        depth--
        const at = (depth - 1) * hashLength
        stack.copy(pair, 1, at, at + 2 * hashLength)
        stack.write(hash('sha256', pair, 'latin1'), at, 'latin1')
      }
      size++
    },
    root(): Uint8Array {
      const roots: Uint8Array[] = []
      for (let i = 0; i < depth; i++) roots.push(stack.subarray(i * hashLength, (i + 1) * hashLength))
      return Uint8Array.from(foldRight(roots) ?? emptyRoot)
    },
  }
}

/** The root over leaf hashes that lie side by side in one buffer. */
export function rootOfLeaves(leaves: Uint8Array): Uint8Array {
  if (leaves.length % hashLength !== 0) throw new RangeError('leaf hashes lie side by side, 32 bytes each')
  const hasher = createTreeHasher()
  for (let offset = 0; offset < leaves.length; offset += hashLength) hasher.append(leaves, offset)
  return hasher.root()
}
