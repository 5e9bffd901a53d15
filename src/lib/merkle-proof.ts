import { assertTreeSize, emptyRoot, type Frontier, foldRight, hashLength, nodeHash } from './merkle.ts'

/** Where a complete node is stored: level 0 holds the leaf hashes. */
export type NodePosition = { readonly level: number; readonly index: number }

/** Reads one stored node. */
export type GetNode = (level: number, index: number) => Uint8Array | Promise<Uint8Array>

/**
 * The stored nodes behind each hash of a proof: an inner list of more than one is folded from the right. With the plan
 * a store can fetch everything in one query.
 */
export type ProofPlan = readonly (readonly NodePosition[])[]

/** RFC 9162 section 2.1.3.1, PATH(index, D[size]). */
export function inclusionPlan(index: number, size: number): ProofPlan {
  assertTreeSize(size)
  assertTreeSize(index)
  if (index >= size) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`)
  const plan: NodePosition[][] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      plan.push(nodesBetween(middle, end))
      end = middle
    } else {
      plan.push(nodesBetween(start, middle))
      start = middle
    }
  }
  return plan.reverse()
}

/** RFC 9162 section 2.1.4.1, PROOF(oldSize, D[newSize]); empty for the empty tree and for equal sizes. */
export function consistencyPlan(oldSize: number, newSize: number): ProofPlan {
  assertTreeSize(oldSize)
  assertTreeSize(newSize)
  if (oldSize > newSize) throw new RangeError(`a tree of ${newSize} leaves has no past of ${oldSize} leaves`)
  if (oldSize === 0 || oldSize === newSize) return []
  const plan: NodePosition[][] = []
  let start = 0
  let end = newSize
  while (oldSize < end) {
    const middle = start + splitPoint(end - start)
    if (oldSize <= middle) {
      plan.push(nodesBetween(middle, end))
      end = middle
    } else {
      plan.push(nodesBetween(start, middle))
      start = middle
    }
  }
  // While nothing to the left was cut off, the last subtree is the old tree itself, which the verifier knows.
  if (start > 0) plan.push(nodesBetween(start, end))
  return plan.reverse()
}

export async function inclusionProof(index: number, size: number, getNode: GetNode): Promise<Uint8Array[]> {
  return fetchPlan(inclusionPlan(index, size), getNode)
}

export async function consistencyProof(oldSize: number, newSize: number, getNode: GetNode): Promise<Uint8Array[]> {
  return fetchPlan(consistencyPlan(oldSize, newSize), getNode)
}

/** The stored nodes that make up the frontier of a tree of this size, largest first. */
export function frontierNodes(size: number): NodePosition[] {
  assertTreeSize(size)
  return nodesBetween(0, size)
}

export async function loadFrontier(size: number, getNode: GetNode): Promise<Frontier> {
  const roots = await Promise.all(frontierNodes(size).map(({ level, index }) => getNode(level, index)))
  return { size, roots }
}

/** RFC 9162 section 2.1.3.2. */
export function verifyInclusion(input: {
  readonly index: number
  readonly size: number
  readonly leaf: Uint8Array
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}): boolean {
  const { index, size, leaf, proof, root } = input
  assertTreeSize(size)
  assertTreeSize(index)
  if (index >= size || ![leaf, root, ...proof].every(isHash)) return false
  let at = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash)
      while (at % 2 === 0 && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0 && sameHash(hash, root)
}

/**
 * RFC 9162 section 2.1.4.2. The empty tree is consistent with every tree, by an empty proof, as in the C2SP tlog-witness
 * protocol; a proof that is not empty, or another root than that of the empty tree, is refused.
 */
export function verifyConsistency(input: {
  readonly oldSize: number
  readonly newSize: number
  readonly oldRoot: Uint8Array
  readonly newRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = input
  assertTreeSize(oldSize)
  assertTreeSize(newSize)
  if (oldSize > newSize || ![oldRoot, newRoot, ...proof].every(isHash)) return false
  if (oldSize === newSize) return proof.length === 0 && sameHash(oldRoot, newRoot) && (oldSize > 0 || isEmpty(oldRoot))
  if (oldSize === 0) return proof.length === 0 && isEmpty(oldRoot)

  let at = oldSize - 1
  let last = newSize - 1
  while (at % 2 === 1) {
    at = half(at)
    last = half(last)
  }
  // A tree of 2^n leaves is a node of every later tree: the proof leaves it out.
  const [seed, ...path] = at === 0 ? [oldRoot, ...proof] : proof
  if (!seed || proof.length === 0) return false
  let before = seed
  let after = seed
  for (const node of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      before = nodeHash(node, before)
      after = nodeHash(node, after)
      while (at % 2 === 0 && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else {
      after = nodeHash(after, node)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0 && sameHash(before, oldRoot) && sameHash(after, newRoot)
}

async function fetchPlan(plan: ProofPlan, getNode: GetNode): Promise<Uint8Array[]> {
  return Promise.all(
    plan.map(async (positions) => {
      const nodes = await Promise.all(positions.map(({ level, index }) => getNode(level, index)))
      return foldRight(nodes) ?? emptyRoot
    }),
  )
}

/** The largest power of two below n. Sizes pass 32 bits, so there is no shifting here. */
function splitPoint(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

/** The complete nodes that cover the leaves from start to end; start is a multiple of the largest of them. */
function nodesBetween(start: number, end: number): NodePosition[] {
  const nodes: NodePosition[] = []
  for (let from = start; from < end; ) {
    let level = 0
    let width = 1
    while (width * 2 <= end - from) {
      width *= 2
      level++
    }
    nodes.push({ level, index: from / width })
    from += width
  }
  return nodes
}

const half = (n: number) => Math.floor(n / 2)
const isHash = (bytes: Uint8Array) => bytes.length === hashLength
const isEmpty = (root: Uint8Array) => sameHash(root, emptyRoot)

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
