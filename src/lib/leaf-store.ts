import { hashLength } from './merkle.ts'

const leavesPerBlock = 1 << 16

/** Leaf hashes by index, 32 bytes each, in blocks, so that a growing trail is never copied. */
export function createLeafStore() {
  const blocks = new Map<number, Buffer>()

  function blockOf(index: number): Buffer {
    const number = Math.floor(index / leavesPerBlock)
    const block = blocks.get(number) ?? Buffer.alloc(leavesPerBlock * hashLength)
    blocks.set(number, block)
    return block
  }

  return {
    set(index: number, leaf: Uint8Array): void {
      blockOf(index).set(leaf, (index % leavesPerBlock) * hashLength)
    },
    /** Calls `use` with the buffer and offset of each leaf from start to end. */
    each(start: number, end: number, use: (leaves: Buffer, offset: number) => void): void {
      for (let index = start; index < end; ) {
        const block = blockOf(index)
        const first = index % leavesPerBlock
        const count = Math.min(leavesPerBlock - first, end - index)
        for (let i = first; i < first + count; i++) use(block, i * hashLength)
        index += count
      }
    },
  }
}

export type LeafStore = ReturnType<typeof createLeafStore>
