import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeShared, sharedPath } from '../testing/shared.ts'
import { appendLeaf, emptyFrontier, emptyRoot, leafHash, maxTreeSize, rootOf, rootOfLeaves } from './merkle.ts'
import {
  consistencyProof,
  inclusionPlan,
  inclusionProof,
  loadFrontier,
  verifyConsistency,
  verifyInclusion,
} from './merkle-proof.ts'

/** A tree in memory that keeps what a database would keep. */
function treeOf(size: number) {
  const stored = new Map<string, Uint8Array>()
  const roots: Uint8Array[] = [emptyRoot]
  let frontier = emptyFrontier
  for (let i = 0; i < size; i++) {
    const leaf = leafHash(Buffer.from(`entry ${i}`))
    const appended = appendLeaf(frontier, leaf)
    frontier = appended.frontier
    stored.set(`0/${i}`, leaf)
    for (const { level, index, hash } of appended.nodes) stored.set(`${level}/${index}`, hash)
    roots.push(rootOf(frontier))
  }
  const getNode = (level: number, index: number) => {
    const node = stored.get(`${level}/${index}`)
    if (!node) throw new Error(`node ${level}/${index} of a tree of ${size} is not stored`)
    return node
  }
  return { getNode, rootAt: (n: number) => roots[n] ?? emptyRoot, frontier }
}

/** RFC 9162 section 2.1.1 read aloud. */
function referenceRoot(entries: Buffer[]): Buffer {
  const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  if (entries.length === 0) return sha()
  if (entries.length === 1) return sha(Buffer.of(0), ...entries)
  let k = 1
  while (k * 2 < entries.length) k *= 2
  return sha(Buffer.of(1), referenceRoot(entries.slice(0, k)), referenceRoot(entries.slice(k)))
}

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  const at = Math.floor(bit / 8) % copy.length
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8))
  return copy
}

test('roots of growing trees are those of the definition', () => {
  const tree = treeOf(70)
  for (let n = 0; n <= 70; n++) {
    const entries = Array.from({ length: n }, (_, i) => Buffer.from(`entry ${i}`))
    expect(Buffer.from(tree.rootAt(n)).equals(referenceRoot(entries))).toBe(true)
    expect(Buffer.from(rootOfLeaves(Buffer.concat(entries.map(leafHash)))).equals(tree.rootAt(n))).toBe(true)
  }
})

test('a frontier is restored from stored nodes', async () => {
  for (const size of [0, 1, 2, 3, 8, 21, 64]) {
    const tree = treeOf(size)
    expect(await loadFrontier(size, tree.getNode)).toEqual(tree.frontier)
  }
})

test('every inclusion proof verifies and no altered one does', async () => {
  const tree = treeOf(67)
  const sizes = fc.integer({ min: 1, max: 67 }).chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)))
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(), fc.nat(255), async ([index, size], which, bit) => {
      const proof = await inclusionProof(index, size, tree.getNode)
      const leaf = tree.getNode(0, index)
      const root = tree.rootAt(size)
      const good = { index, size, leaf, proof, root }
      expect(verifyInclusion(good)).toBe(true)
      expect(verifyInclusion({ ...good, leaf: flipBit(leaf, bit) })).toBe(false)
      expect(verifyInclusion({ ...good, root: flipBit(root, bit) })).toBe(false)
      expect(verifyInclusion({ ...good, proof: [...proof, root] })).toBe(false)
      if (size > 1) expect(verifyInclusion({ ...good, index: (index + 1) % size })).toBe(false)
      if (proof.length === 0) return
      const at = which % proof.length
      const altered = proof.map((hash, i) => (i === at ? flipBit(hash, bit) : hash))
      expect(verifyInclusion({ ...good, proof: altered })).toBe(false)
      expect(verifyInclusion({ ...good, proof: proof.slice(1) })).toBe(false)
    }),
  )
})

test('every consistency proof verifies and no altered one does', async () => {
  const tree = treeOf(67)
  const sizes = fc.integer({ min: 0, max: 67 }).chain((newSize) => fc.tuple(fc.nat(newSize), fc.constant(newSize)))
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(), fc.nat(255), async ([oldSize, newSize], which, bit) => {
      const proof = await consistencyProof(oldSize, newSize, tree.getNode)
      const oldRoot = tree.rootAt(oldSize)
      const newRoot = tree.rootAt(newSize)
      const good = { oldSize, newSize, oldRoot, newRoot, proof }
      expect(verifyConsistency(good)).toBe(true)
      expect(verifyConsistency({ ...good, oldRoot: flipBit(oldRoot, bit) })).toBe(false)
      expect(verifyConsistency({ ...good, proof: [...proof, newRoot] })).toBe(false)
      if (oldSize > 0) expect(verifyConsistency({ ...good, newRoot: flipBit(newRoot, bit) })).toBe(false)
      if (proof.length === 0) return
      const at = which % proof.length
      const altered = proof.map((hash, i) => (i === at ? flipBit(hash, bit) : hash))
      expect(verifyConsistency({ ...good, proof: altered })).toBe(false)
    }),
  )
})

test('the empty tree is consistent with every tree, by an empty proof and nothing else', () => {
  const tree = treeOf(3)
  const good = { oldSize: 0, newSize: 3, oldRoot: emptyRoot, newRoot: tree.rootAt(3), proof: [] }
  expect(verifyConsistency(good)).toBe(true)
  expect(verifyConsistency({ ...good, newSize: 0, newRoot: emptyRoot })).toBe(true)
  expect(verifyConsistency({ ...good, oldRoot: tree.rootAt(1) })).toBe(false)
  expect(verifyConsistency({ ...good, proof: [tree.rootAt(1)] })).toBe(false)
  expect(verifyConsistency({ ...good, newSize: 0, newRoot: tree.rootAt(1), oldRoot: tree.rootAt(1) })).toBe(false)
})

test('proofs are short in trees beyond 32 bits, and sizes beyond 2^53 - 1 are refused', async () => {
  expect(inclusionPlan(2 ** 40 + 5, 2 ** 41).length).toBe(41)
  expect(inclusionPlan(0, maxTreeSize).length).toBe(53)
  expect(() => inclusionPlan(0, 2 ** 53)).toThrow('not a tree size')
  expect(() => inclusionPlan(3, 3)).toThrow('no leaf 3')
  await expect(consistencyProof(4, 3, () => emptyRoot)).rejects.toThrow('no past of 4')
  expect(() => appendLeaf({ size: maxTreeSize, roots: [] }, emptyRoot)).toThrow('not a tree size')
  expect(() => verifyInclusion({ index: 0, size: 2 ** 60, leaf: emptyRoot, root: emptyRoot, proof: [] })).toThrow(
    'not a tree size',
  )
})

const testdata = ['vectors', 'merkle', 'transparency-dev-merkle', 'testdata']
type InclusionVector = { leafIdx: number; treeSize: number; root: string; leafHash: string; proof: string[] | null }
type ConsistencyVector = {
  desc: string
  size1: number
  size2: number
  root1: string
  root2: string
  proof: string[] | null
}

/** The vectors hold 64-bit sizes; what JSON.parse rounds is beyond 2^53 all the same, and refused. */
function vectorsIn<T>(folder: string) {
  const root = sharedPath(...testdata, folder)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  return files.map((name) => {
    const vector: T & { wantErr: boolean } = JSON.parse(readFileSync(join(root, name), 'utf8'))
    return { name, vector }
  })
}

const bytes = (base64: string) => Buffer.from(base64 ?? '', 'base64')
const refusedOr = (check: () => boolean) => {
  try {
    return check()
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    return false
  }
}

describeShared('transparency-dev/merkle', testdata, () => {
  test('inclusion vectors', () => {
    const vectors = vectorsIn<InclusionVector>('inclusion')
    expect(vectors.length).toBe(98)
    for (const { name, vector } of vectors) {
      const verified = refusedOr(() =>
        verifyInclusion({
          index: vector.leafIdx,
          size: vector.treeSize,
          leaf: bytes(vector.leafHash),
          root: bytes(vector.root),
          proof: (vector.proof ?? []).map(bytes),
        }),
      )
      expect(verified, name).toBe(!vector.wantErr)
    }
  })

  test('consistency vectors, but for one whose roots are no hashes', () => {
    const vectors = vectorsIn<ConsistencyVector>('consistency')
    expect(vectors.length).toBe(98)
    const differing = vectors.filter(({ vector }) => {
      const verified = refusedOr(() =>
        verifyConsistency({
          oldSize: vector.size1,
          newSize: vector.size2,
          oldRoot: bytes(vector.root1),
          newRoot: bytes(vector.root2),
          proof: (vector.proof ?? []).map(bytes),
        }),
      )
      return verified !== !vector.wantErr
    })
    // Its roots are the words "don't care": equal, and not 32 bytes long.
    expect(differing.map(({ vector }) => vector.desc)).toEqual(['sizes are equal (one) and proof is empty'])
  })
})
