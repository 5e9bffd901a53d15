import { describe, expect, test } from 'vitest'
import { plainFeatures } from '../../../../demo/features.ts'
import { mlmodelYaml } from '../../../../demo/mlmodel.ts'
import { readMlmodelFacts } from './mlmodel.ts'

const sklearn = `artifact_path: mlflow-artifacts:/1/models/m-3f/artifacts
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    python_version: 3.10
  sklearn:
    code: null
    pickled_model: model.pkl
    sklearn_version: 1.6.1
mlflow_version: 3.10
model_uuid: m-3f3126598c2041738e6fa2bf5b8424b0
run_id: 4fd1c2b4499c4ff9a0f8f57a675c7257
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}]'
  outputs: '[{"type": "long", "name": "label", "required": false}]'
  params: '[{"name": "top", "type": "long", "default": 1, "shape": null}]'
utc_time_created: 2026-11-23 04:35:09.765605
`

function reasonFor(text: string): string {
  const result = readMlmodelFacts(text)
  return result.outcome === 'unreadable' ? result.reason : 'read'
}

describe('MLmodel facts', () => {
  test('flavours, signature and origin are read; versions stay as they are written', () => {
    expect(readMlmodelFacts(sklearn)).toEqual({
      outcome: 'read',
      facts: {
        flavors: {
          python_function: { loader_module: 'mlflow.sklearn', python_version: '3.10' },
          sklearn: { pickled_model: 'model.pkl', sklearn_version: '1.6.1' },
        },
        signature: {
          inputs: [{ name: null, type: 'float64', required: true, shape: [-1, 2] }],
          outputs: [{ name: 'label', type: 'long', required: false, shape: null }],
          params: [{ name: 'top', type: 'long' }],
        },
        run_id: '4fd1c2b4499c4ff9a0f8f57a675c7257',
        model_uuid: 'm-3f3126598c2041738e6fa2bf5b8424b0',
        mlflow_version: '3.10',
        python_version: '3.10',
        created: '2026-11-23 04:35:09.765605',
      },
    })
  })

  test('what the demo writes is read back', () => {
    const text = mlmodelYaml({
      model: { features: plainFeatures },
      runId: '0123',
      artifactPath: 'model',
      modelUuid: '00e1',
      createdAt: new Date('2026-01-02T03:04:05.678Z'),
      mlflowVersion: '3.10',
      data: 'model.onnx',
      sizeBytes: 3,
    })
    expect(readMlmodelFacts(text)).toMatchObject({
      facts: {
        flavors: { onnx: { data: 'model.onnx' } },
        run_id: '0123',
        model_uuid: '00e1',
        mlflow_version: '3.10',
        created: '2026-01-02 03:04:05.678000',
        signature: { inputs: expect.arrayContaining([{ name: 'sex', type: 'string', required: true, shape: null }]) },
      },
    })
  })

  test('a file without a signature has none, and a shared part may be an alias', () => {
    const text = 'flavors:\n  a: &one\n    v: 1.10\n  b: *one\nsignature: null\n'
    expect(readMlmodelFacts(text)).toMatchObject({ facts: { signature: null, flavors: { b: { v: '1.10' } } } })
  })

  const nineTimes = (letter: string) => `[${Array(9).fill(`*${letter}`).join(',')}]`
  const bomb = `a: &a [x,x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} ${nineTimes('abcdefgh'.charAt(i))}\n`).join('')}`
  test.each<[string, string, string]>([
    ['an empty file', '', 'it is not a mapping'],
    ['a list', '- a\n- b\n', 'it is not a mapping'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'it is not YAML'],
    ['broken YAML', 'a: [1, 2\nb: }', 'not a readable MLmodel file'],
    ['an alias bomb', bomb, 'its aliases expand without end'],
    ['a key twice', 'run_id: a\nrun_id: b\n', 'the key run_id twice'],
    ['deep brackets', '['.repeat(5000), 'nested deeper'],
    ['deep dashes', '- '.repeat(5000), 'nests too much'],
    ['deep indentation', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), 'nested too deep'],
    ['explicit keys', '? '.repeat(5000), 'a key that is not plain text'],
    ['too many keys', Array.from({ length: 40_000 }, (_, i) => `k${i}: 1\n`).join(''), 'too many parts'],
    ['too large a file', `a: ${'x'.repeat(600 * 1024)}`, 'longer than'],
    ['a signature that is a list', 'signature: [1]\n', 'its signature is not a mapping'],
    ['a signature that is not JSON', "signature:\n  inputs: '[{'\n", 'are not JSON'],
    ['a signature of another form', 'signature:\n  inputs: \'{"a": 1}\'\n', 'do not have the form'],
    ['half a character', 'run_id: "\\ud800"\n', 'cannot be stored'],
    ['a NUL', 'flavors:\n  "a\\0": {}\n', 'cannot be stored'],
    ['a signature of YAML', 'signature:\n  inputs: [1]\n', 'are not a JSON text'],
  ])('%s is refused, quickly', (_, text, reason) => {
    const started = performance.now()
    expect(reasonFor(text)).toContain(reason)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('tags of other languages run nothing and names such as __proto__ are only names', () => {
    const text = 'flavors: !!python/object/apply:os.system\n  __proto__:\n    polluted: 1\nx: !!binary aGk=\n'
    expect(JSON.stringify(readMlmodelFacts(text))).toContain('"__proto__":{"polluted":"1"}')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})
