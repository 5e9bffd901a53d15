import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { afterAll, describe, expect, test } from 'vitest'
import { onnxElementTypes, onnxMessages } from '../../../lib/onnx-proto.ts'
import { Protocol } from '../schema.ts'
import { examine } from './examine.ts'
import { ClassVotes } from './favourable-class.ts'
import type { ExaminationTask } from './task.ts'

const dir = mkdtempSync(join(tmpdir(), 'modelkeep-model-test-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(onnxMessages).map(([name, fields]) => [name, { fields }])),
})

type ElementType = (typeof onnxElementTypes)[number]
const tensor = (name: string, type: ElementType, width: number) => ({
  name,
  type: {
    tensor_type: {
      elem_type: onnxElementTypes.indexOf(type),
      shape: { dim: [{ dim_param: 'N' }, { dim_value: width }] },
    },
  },
})
const node = (op_type: string, input: string, output: string, more: object = {}) => ({
  op_type,
  name: output,
  input: [input],
  output: [output],
  ...more,
})
const castToFloat = { attribute: [{ name: 'to', i: 1, type: 2 }] }

/** An ONNX file from a graph, as small as it can be. */
function model(graph: { input: object[]; output: object[]; node: object[] }): ExaminationTask['source'] {
  const path = join(dir, 'model.onnx')
  const opset_import = [
    { domain: '', version: 17 },
    { domain: 'ai.onnx.ml', version: 3 },
  ]
  const message = root.lookupType('ModelProto')
  const content = { ir_version: 8, opset_import, graph: { name: 'g', ...graph } }
  writeFileSync(path, message.encode(message.fromObject(content)).finish())
  return { kind: 'model', file: { path, name: 'model.onnx', columnOrder: null } }
}

const table = ['x,y', '-2,no', '-1,no', '1,yes', '2,no', '3,yes']

async function scored(graph: Parameters<typeof model>[0], lines = table, protocol: object = {}) {
  const path = join(dir, 'table.csv')
  writeFileSync(path, `${lines.join('\n')}\n`)
  const [finding] = await examine(
    {
      source: model(graph),
      previous: null,
      training: null,
      dataset: { path, name: 'table', format: 'csv' },
      protocol: Protocol.parse({ task: 'binary', label: 'y', positive: 'yes', bootstrap: 0, ...protocol }),
      kinds: ['performance'],
      limits: { rows: 1000, memoryMb: 4000, timeMs: 1000 },
    },
    { tempDir: dir },
  )
  return finding
}

const x = [tensor('x', 'float32', 1)]
const sigmoid = { input: x, output: [tensor('score', 'float32', 1)], node: [node('Sigmoid', 'x', 'score')] }

describe('a model', () => {
  test('with a single probability gives that of the favourable label', async () => {
    expect(await scored(sigmoid)).toMatchObject({
      parameters: { score: { output: 'score', class: 1 } },
      result: { confusion: { tp: 2, fp: 1, tn: 2, fn: 0 } },
    })
  })

  test('of whole numbers takes whole numbers, and no others', async () => {
    const graph = {
      input: [tensor('x', 'int64', 1)],
      output: [tensor('score', 'float32', 1)],
      node: [node('Cast', 'x', 'f', castToFloat), node('Sigmoid', 'f', 'score')],
    }
    expect((await scored(graph))?.result).toMatchObject({ confusion: { tp: 2 } })
    await expect(scored(graph, [...table, '0.5,no'])).rejects.toThrow('must hold whole numbers, but in one row')
    await expect(scored(graph, [...table, ',no'])).rejects.toThrow('column "x" has no value in one row')
  })

  test('that gives no number for a row is refused', async () => {
    await expect(scored(sigmoid, [...table, ',no'])).rejects.toThrow('the model gives no number for row 6')
  })

  test('whose score is no probability is refused', async () => {
    const graph = { ...sigmoid, node: [node('Identity', 'x', 'score')] }
    await expect(scored(graph)).rejects.toThrow('the output "score" is not a probability: it is -2 for row 1')
  })

  test('with ZipMap is refused, with the way out', async () => {
    const zip = {
      domain: 'ai.onnx.ml',
      attribute: [{ name: 'classlabels_strings', strings: [Buffer.from('yes')], type: 8 }],
    }
    const map = { map_type: { key_type: 8, value_type: { tensor_type: { elem_type: 1, shape: { dim: [] } } } } }
    const output = [{ name: 'probabilities', type: { sequence_type: { elem_type: map } } }]
    await expect(scored({ input: x, output, node: [node('ZipMap', 'x', 'probabilities', zip)] })).rejects.toThrow(
      'convert it again with zipmap switched off',
    )
  })

  test('with other types of inputs or outputs is refused', async () => {
    const bytes = {
      ...sigmoid,
      input: [tensor('x', 'uint8', 1)],
      node: [node('Cast', 'x', 'f', castToFloat), node('Sigmoid', 'f', 'score')],
    }
    await expect(scored(bytes)).rejects.toThrow('the input "x" takes uint8')
    const words = {
      input: x,
      output: [tensor('x2', 'int64', 1)],
      node: [node('Cast', 'x', 'x2', { attribute: [{ name: 'to', i: 7, type: 2 }] })],
    }
    await expect(scored(words)).rejects.toThrow('the model has no output with probabilities: it has "x2"')
  })
})

describe('the favourable class', () => {
  const votes = (...rows: [label: string, first: number][]) => {
    const result = new ClassVotes()
    const first = Float64Array.from(rows, ([, value]) => value)
    result.add(
      rows.map(([label]) => label),
      first,
      first.map((value) => 1 - value),
    )
    return result
  }

  test('is 1 of 0 and 1, whatever words the dataset uses, unless the protocol says 0', () => {
    expect([votes(['0', 0.9]).columnOf('>50K'), votes(['1', 0.1]).columnOf(1), votes().columnOf('yes')]).toEqual([
      1, 1, 1,
    ])
    expect(votes(['0', 0.9], ['1', 0.6]).columnOf(0)).toBe(0)
  })

  test('is the one whose label the model names when its probability is the higher', () => {
    const named = votes(['bad', 0.2], ['good', 0.9], ['good', 0.8])
    expect([named.columnOf('good'), named.columnOf('bad')]).toEqual([0, 1])
    expect(votes(['bad', 0.2]).columnOf('good')).toBe(0)
  })

  test('is refused where the model knows no such label, or more than two', () => {
    expect(() => votes(['bad', 0.2], ['good', 0.9]).columnOf('yes')).toThrow(
      '"yes", the favourable one of the protocol, is not among them',
    )
    expect(() => votes(['a', 0.2], ['b', 0.9], ['c', 0.1])).toThrow('more than two labels')
  })
})
