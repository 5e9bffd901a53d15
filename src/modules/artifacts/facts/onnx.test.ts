import { describe, expect, test } from 'vitest'
import { describeShared, readShared, readSharedJson, sharedPath } from '../../../testing/shared.ts'
import { readOnnxFacts } from './onnx.ts'

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
const number = (id: number, value: number) => Buffer.from([...varint(id * 8), ...varint(value)])
const bytes = (id: number, ...parts: (Uint8Array | string)[]) => {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([Buffer.from([...varint(id * 8 + 2), ...varint(body.length)]), body])
}
const output = bytes(12, bytes(1, 'y'))
const relu = bytes(1, bytes(4, 'Relu'))
const opset = bytes(8, number(2, 17))
const model = (...graph: Buffer[]) => Buffer.concat([number(1, 8), bytes(7, ...graph), opset])

async function reasonFor(file: Uint8Array): Promise<string> {
  const result = await readOnnxFacts(file)
  return result.outcome === 'unreadable' ? result.reason : 'read'
}

describeShared('ONNX facts of real models', ['models', 'index.json'], () => {
  test('a pipeline names its raw columns, types and operators', async () => {
    const result = await readOnnxFacts(sharedPath('models', 'adult-pipeline', 'model.onnx'))
    if (result.outcome !== 'read') throw new Error(result.reason)
    const { facts } = result
    expect(facts.inputs).toHaveLength(9)
    expect(facts.inputs[0]).toEqual({ name: 'age', type: 'float32', shape: [null, 1] })
    expect(facts.inputs.find((input) => input.name === 'occupation')?.type).toBe('string')
    expect(facts.outputs.map((value) => [value.name, value.type])).toEqual([
      ['label', 'int64'],
      ['probabilities', 'float32'],
    ])
    expect(facts.operators['ai.onnx.ml.OneHotEncoder']).toBe(4)
    expect(facts.producer).toEqual({ name: 'skl2onnx', version: '1.21.0' })
    expect(facts.opsets).toContainEqual({ domain: 'ai.onnx', version: 11 })
  })

  test('every reference model is read, from a path and from bytes alike', async () => {
    const index = readSharedJson<Record<string, unknown> | { id: string }[]>('models', 'index.json')
    const ids =
      JSON.stringify(index)
        .match(/"id":"[^"]+"/g)
        ?.map((match) => match.slice(6, -1)) ?? []
    expect(ids.length).toBeGreaterThan(10)
    for (const id of ids) {
      const fromPath = await readOnnxFacts(sharedPath('models', id, 'model.onnx'))
      expect(fromPath).toMatchObject({ outcome: 'read', facts: { ir_version: expect.any(Number) } })
      expect(await readOnnxFacts(readShared('models', id, 'model.onnx'))).toEqual(fromPath)
    }
  })

  test('a file cut before its operator sets, which come last, is refused', async () => {
    const whole = readShared('models', 'compas-logreg', 'model.onnx')
    for (let length = 0; length < whole.length - 40; length++) {
      expect(await reasonFor(whole.subarray(0, length))).toMatch(/^not a readable ONNX file: /)
    }
  })

  test('flipped bytes never raise anything but an answer', async () => {
    const whole = readShared('models', 'adult-pipeline', 'model.onnx')
    for (let i = 0; i < whole.length; i++) {
      const flipped = Buffer.from(whole)
      flipped.writeUInt8((whole[i] ?? 0) ^ (1 << (i % 8)), i)
      expect(['read', 'unreadable']).toContain((await readOnnxFacts(flipped)).outcome)
    }
  })
})

describe('ONNX facts', () => {
  test('tensors are counted by their shape and never read', async () => {
    const gigabyte = 2 ** 30
    const head = Buffer.concat([number(1, 16384), number(1, 16384), bytes(8, 'w')])
    const rawHead = Buffer.from([...varint(9 * 8 + 2), ...varint(gigabyte)])
    const tensorHead = Buffer.from([...varint(5 * 8 + 2), ...varint(head.length + rawHead.length + gigabyte)])
    const graphTail = Buffer.concat([relu, output])
    const graphSize = tensorHead.length + head.length + rawHead.length + gigabyte + graphTail.length
    const graphHead = Buffer.from([...varint(7 * 8 + 2), ...varint(graphSize)])
    const before = Buffer.concat([number(1, 8), graphHead, tensorHead, head, rawHead])
    const after = Buffer.concat([graphTail, opset])
    let read = 0
    const result = await readOnnxFacts({
      size: before.length + gigabyte + after.length,
      read: async (offset, length) => {
        const inTail = offset >= before.length
        const found = inTail ? after.subarray(offset - before.length - gigabyte) : before.subarray(offset)
        // What lies between is a hole: zeros, as far as anybody asks.
        const padded = inTail ? found : Buffer.concat([found, Buffer.alloc(length)])
        const answer = padded.subarray(0, length)
        read += answer.length
        return answer
      },
    })
    expect(result).toMatchObject({ outcome: 'read', facts: { parameter_count: 2 ** 28, operators: { Relu: 1 } } })
    expect(read).toBeLessThan(64 * 1024)
  })

  test('external data is named, and inputs that are initializers are not asked of the caller', async () => {
    const external = bytes(13, bytes(1, 'location'), bytes(2, '../../etc/passwd'))
    const file = model(
      bytes(5, number(1, 3), bytes(8, 'w'), external),
      bytes(11, bytes(1, 'w')),
      bytes(11, bytes(1, 'x')),
      output,
    )
    expect(await readOnnxFacts(file)).toMatchObject({
      facts: { external_files: ['../../etc/passwd'], inputs: [{ name: 'x' }], parameter_count: 3 },
    })
  })

  test.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.alloc(0), 'it names no format version'],
    ['text', Buffer.from('just some text, not a model'), 'not a readable'],
    ['a pickle', Buffer.from('80049525000000000000008c08', 'hex'), 'not a readable'],
    ['a zip', Buffer.from('PK\u0003\u0004 and more than that'), 'not a readable'],
    ['no graph', Buffer.concat([number(1, 8), opset]), 'it has no graph'],
    ['no operator set', Buffer.concat([number(1, 8), bytes(7, output)]), 'it names no operator set'],
    ['no output', model(relu), 'its graph has no output'],
    [
      'a length beyond the end',
      Buffer.from([8, 8, 7 * 8 + 2, 255, 255, 255, 255, 15]),
      'it ends in the middle of a field',
    ],
    ['a length of 2^63', Buffer.from([8, 8, 58, 255, 255, 255, 255, 255, 255, 255, 255, 127]), 'is too large'],
    ['an endless number', Buffer.alloc(64, 0xff), 'it is not a protobuf message'],
    ['an impossible shape', model(bytes(5, ...Array(9).fill(number(1, 2 ** 31))), output), 'impossible shape'],
    ['a name of 1 MB', model(bytes(1, bytes(4, 'x'.repeat(2 ** 20))), output), 'longer than 4096'],
    ['a name that is not text', model(bytes(1, bytes(4, Buffer.from([0xff, 0xfe]))), output), 'not valid UTF-8'],
    ['a NUL in a name', model(bytes(1, bytes(4, 'a\0')), output), 'cannot be stored'],
    ['a wrong wire type', model(number(12, 5)), 'has the wrong type'],
  ])('%s is refused', async (_, file, reason) => {
    expect(await reasonFor(file)).toContain(reason)
  })

  test('graphs and types nested without end are refused', async () => {
    let graph = relu
    for (let i = 0; i < 2000; i++) graph = bytes(1, bytes(4, 'If'), bytes(5, bytes(6, graph)))
    expect(await reasonFor(model(graph, output))).toContain('nested deeper')
    let type = bytes(1, number(1, 1))
    for (let i = 0; i < 2000; i++) type = bytes(4, bytes(1, type))
    expect(await reasonFor(model(bytes(12, bytes(1, 'y'), bytes(2, type))))).toContain('nested deeper')
  })

  test('random bytes are refused', async () => {
    let state = 1
    for (let round = 0; round < 300; round++) {
      const noise = Buffer.alloc(200)
      for (let i = 0; i < noise.length; i++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0
        noise.writeUInt8(state >>> 24, i)
      }
      expect(await reasonFor(noise)).toContain('not a readable')
    }
  })

  test('an operator called __proto__ is a name like any other', async () => {
    const result = await readOnnxFacts(model(bytes(1, bytes(4, '__proto__')), output))
    expect(JSON.stringify(result)).toContain('"__proto__":1')
  })
})
