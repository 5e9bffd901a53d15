import type { Feed } from './feed.ts'
import { PickleInput, unquoted } from './pickle-input.ts'
import { Broken, PickleStack, TooMuch } from './pickle-stack.ts'
import { arrayBehind, type Global, isKind, noFields, setFields, tupleOf, type Value } from './pickle-values.ts'

/** Called with what a pickle would import when it was loaded; a part that is not known before is undefined. */
export type OnGlobal = (module: string | undefined, name: string | undefined) => void

export type Disassembled =
  | { outcome: 'ended' }
  /** `offset` of the instruction that is none, or that the stream ends in. */
  | { outcome: 'broken'; offset: number; reason: string }
  | { outcome: 'too-much'; reason: string }

const joblibArray = 'joblib.numpy_pickle.NumpyArrayWrapper'

/**
 * Follows the instructions of a pickle (protocols 0 to 5, as `pickletools` documents them) without carrying one out: only texts,
 * numbers and the names of globals are followed. Arrays that joblib writes between instructions are stepped over.
 */
export async function disassemble(feed: Feed, onGlobal: OnGlobal, onExtension: () => void): Promise<Disassembled> {
  const from = feed.offset
  try {
    await new Machine(feed, onGlobal, onExtension).run()
    return { outcome: 'ended' }
  } catch (error) {
    if (error instanceof Broken) return { outcome: 'broken', offset: feed.offset - from, reason: error.message }
    if (error instanceof TooMuch) return { outcome: 'too-much', reason: error.message }
    throw error
  }
}

class Machine {
  readonly #feed: Feed
  readonly #input: PickleInput
  readonly #onGlobal: OnGlobal
  readonly #onExtension: () => void
  readonly #stack = new PickleStack()

  constructor(feed: Feed, onGlobal: OnGlobal, onExtension: () => void) {
    this.#feed = feed
    this.#input = new PickleInput(feed)
    this.#onGlobal = onGlobal
    this.#onExtension = onExtension
  }

  async run(): Promise<void> {
    const feed = this.#feed
    for (;;) {
      // Most instructions take fewer bytes than this; those that take more wait by themselves.
      if (feed.ready < 16) await feed.need(16)
      const code = feed.byte()
      if (code === undefined) throw new Broken('it ends before its last instruction')
      if (code === 0x2e) return
      const waiting = this.#step(code)
      if (waiting) await waiting
      this.#stack.demandRoom()
    }
  }

  /** One instruction; a promise where it has to wait for bytes. */
  #step(code: number): Promise<void> | undefined {
    switch (code) {
      case 0x80: // PROTO
        this.#input.take(1)
        return undefined
      case 0x95: // FRAME
        this.#input.take(8)
        return undefined
      case 0x28: // MARK
        this.#stack.mark()
        return undefined
      case 0x30: // POP
        this.#stack.pop()
        return undefined
      case 0x31: // POP_MARK
        this.#stack.toMark()
        return undefined
      case 0x32: // DUP
        this.#stack.push(this.#stack.top() ?? null)
        return undefined

      case 0x4b: // BININT1
        this.#stack.push(this.#input.take(1).readUInt8())
        return undefined
      case 0x4d: // BININT2
        this.#stack.push(this.#input.take(2).readUInt16LE())
        return undefined
      case 0x4a: // BININT
        this.#stack.push(this.#input.take(4).readInt32LE())
        return undefined
      case 0x47: // BINFLOAT
        this.#input.take(8)
        this.#stack.push(null)
        return undefined
      case 0x8a: // LONG1
        return this.#pushed(this.#input.long(this.#input.take(1).readUInt8()))
      case 0x8b: // LONG4
        return this.#pushed(this.#input.long(this.#input.take(4).readInt32LE()))
      case 0x49: // INT
      case 0x4c: // LONG
        return this.#pushed(this.#input.number())
      case 0x46: // FLOAT
      case 0x50: // PERSID
        return this.#pushed(this.#input.line().then(() => null))

      case 0x4e: // NONE
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET
      case 0x97: // NEXT_BUFFER
        this.#stack.push(null)
        return undefined
      case 0x98: // READONLY_BUFFER
        return undefined
      case 0x51: // BINPERSID
        this.#stack.pop()
        this.#stack.push(null)
        return undefined

      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        return this.#pushed(this.#input.text(this.#input.take(1).readUInt8()))
      case 0x58: // BINUNICODE
        return this.#pushed(this.#input.text(this.#input.take(4).readUInt32LE()))
      case 0x54: // BINSTRING
        return this.#pushed(this.#input.text(this.#input.take(4).readInt32LE()))
      case 0x8d: // BINUNICODE8
        return this.#pushed(this.#input.text(Number(this.#input.take(8).readBigUInt64LE())))
      case 0x43: // SHORT_BINBYTES
        return this.#pushed(this.#input.bytes(this.#input.take(1).readUInt8()))
      case 0x42: // BINBYTES
        return this.#pushed(this.#input.bytes(this.#input.take(4).readUInt32LE()))
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#pushed(this.#input.bytes(Number(this.#input.take(8).readBigUInt64LE())))
      case 0x53: // STRING
        return this.#pushed(this.#input.line().then(unquoted))
      case 0x56: // UNICODE
        return this.#pushed(this.#input.line())

      case 0x29: // EMPTY_TUPLE
        this.#stack.push(tupleOf([]))
        return undefined
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        this.#stack.push(tupleOf(this.#stack.popMany(code - 0x84)))
        return undefined
      case 0x74: // TUPLE
        this.#stack.push(tupleOf(this.#stack.toMark()))
        return undefined
      case 0x7d: // EMPTY_DICT
        this.#stack.push(noFields())
        return undefined
      case 0x64: {
        // DICT
        const fields = noFields()
        setFields(fields, this.#stack.toMark())
        this.#stack.push(fields)
        return undefined
      }
      case 0x73: {
        // SETITEM
        const pair = this.#stack.popMany(2)
        setFields(this.#stack.top(), pair)
        return undefined
      }
      case 0x75: {
        // SETITEMS
        const pairs = this.#stack.toMark()
        setFields(this.#stack.top(), pairs)
        return undefined
      }
      case 0x61: // APPEND
        this.#stack.pop()
        return undefined
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        this.#stack.toMark()
        return undefined
      case 0x6c: // LIST
      case 0x91: // FROZENSET
        this.#stack.toMark()
        this.#stack.push(null)
        return undefined

      case 0x68: // BINGET
        return this.#stack.recall(this.#input.take(1).readUInt8())
      case 0x6a: // LONG_BINGET
        return this.#stack.recall(this.#input.take(4).readUInt32LE())
      case 0x67: // GET
        return this.#input.line().then((text) => this.#stack.recall(Number.parseInt(text, 10)))
      case 0x71: // BINPUT
        return this.#stack.remember(this.#input.take(1).readUInt8())
      case 0x72: // LONG_BINPUT
        return this.#stack.remember(this.#input.take(4).readUInt32LE())
      case 0x70: // PUT
        return this.#input.line().then((text) => this.#stack.remember(Number.parseInt(text, 10)))
      case 0x94: // MEMOIZE
        return this.#stack.memoize()

      case 0x63: // GLOBAL
        return this.#pushed(this.#globalLines())
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#stack.popMany(2)
        this.#stack.push(this.#global(module, name))
        return undefined
      }
      case 0x69: // INST
        return this.#globalLines().then((global) => this.#make(global, this.#stack.toMark()))
      case 0x6f: {
        // OBJ
        const [type, ...args] = this.#stack.toMark()
        this.#make(type, args)
        return undefined
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [type, args] = this.#stack.popMany(2)
        this.#make(type, isKind(args, 'tuple') ? args.items : [])
        return undefined
      }
      case 0x92: {
        // NEWOBJ_EX
        const [type, args] = this.#stack.popMany(3)
        this.#make(type, isKind(args, 'tuple') ? args.items : [])
        return undefined
      }
      case 0x62: // BUILD
        return this.#build(this.#stack.popMany(1)[0])
      case 0x82: // EXT1
      case 0x83: // EXT2
      case 0x84: // EXT4
        this.#input.take(code === 0x84 ? 4 : code - 0x81)
        this.#onExtension()
        this.#stack.push(null)
        return undefined
      default:
        throw new Broken(`0x${code.toString(16).padStart(2, '0')} is no instruction`)
    }
  }

  async #pushed(value: Promise<Value>): Promise<void> {
    this.#stack.push(await value)
  }

  async #globalLines(): Promise<Global> {
    const module = await this.#input.line()
    return this.#global(module, await this.#input.line())
  }

  #global(module: Value | undefined, name: Value | undefined): Global {
    const known = [module, name].map((part) => (typeof part === 'string' ? part : undefined))
    this.#onGlobal(known[0], known[1])
    return { kind: 'global', name: `${known[0]}.${known[1]}` }
  }

  #make(type: Value | undefined, args: readonly Value[]): void {
    this.#stack.push(isKind(type, 'global') ? { kind: 'made', of: type.name, args: args.slice(0, 4) } : null)
  }

  async #build(state: Value | undefined): Promise<void> {
    const target = this.#stack.top()
    if (!isKind(target, 'made') || target.of !== joblibArray) return
    const array = arrayBehind(state)
    if (array === undefined) throw new Broken('an array of joblib does not say how long it is')
    if (array === 'objects') {
      const inner = await disassemble(this.#feed, this.#onGlobal, this.#onExtension)
      if (inner.outcome === 'broken') throw new Broken(inner.reason)
      if (inner.outcome === 'too-much') throw new TooMuch(inner.reason)
      return
    }
    if (array.aligned) {
      if (!(await this.#feed.need(1))) throw new Broken('it ends before an array')
      await this.#feed.skip(this.#feed.byte() ?? 0)
    }
    if (!(await this.#feed.skip(array.bytes))) throw new Broken('it ends in the middle of an array')
  }
}
