import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { tarOf, zipOf } from '../../../testing/archives.ts'
import { describeShared, readShared, readSharedJson } from '../../../testing/shared.ts'
import { contentOf } from './content.ts'
import type { Limits } from './report.ts'
import { scanFiles } from './scan.ts'

const scan = (name: string, bytes: Uint8Array | string, limits?: Limits) =>
  scanFiles([(use) => use(contentOf(name, Buffer.from(bytes)))], limits)

/** `os.system("id")` in protocol 0, as text. */
const hostile = Buffer.from("cos\nsystem\n(S'id'\ntR.")
const harmless = Buffer.from('(lp0\nI1\na.')

type Expected = { results: Record<string, { infected_files?: number; globals?: string[][]; exception?: string }> }

describeShared('the vectors of a scanner that is in use', ['vectors', 'pickle-scan'], () => {
  const { results } = readSharedJson<Expected>('vectors', 'pickle-scan', 'expected-results.json')

  test('what it calls dangerous is unsafe here, and what it calls harmless is clean, but for what nobody can look into', async () => {
    const differing: string[] = []
    for (const [name, { infected_files = 0, globals = [] }] of Object.entries(results)) {
      const { verdict, findings } = await scan(name, readShared('vectors', 'pickle-scan', 'tests', name))
      const expected = infected_files === 0 ? 'clean' : 'unsafe'
      if (verdict !== expected) differing.push(`${name}: ${verdict}`)
      for (const [module = '', global = '', level] of globals) {
        const isNamed = findings.some(({ what }) => what === `${module}.${global}`)
        if (level === 'dangerous' && module !== 'unknown' && global !== 'unknown' && !isNamed) {
          differing.push(`${name}: ${module}.${global} is not named`)
        }
      }
    }
    // What nobody can look into is unknown here, never clean.
    expect(differing).toEqual(['data/benign_password_protected.zip: unknown', 'data/malicious1.7z: unknown'])
    expect(Object.keys(results).length).toBeGreaterThan(100)
  }, 20_000)
})

test('a name that is hidden until the pickle is loaded is unsafe, and one that nobody knows is unknown', async () => {
  // The module comes out of a call, so that no text says it.
  const hidden = Buffer.from([0x80, 4, 0x4e, 0x8c, 6, ...Buffer.from('system'), 0x93, 0x29, 0x52, 0x2e])
  expect(await scan('m.pkl', hidden)).toMatchObject({ verdict: 'unsafe', findings: [{ what: '?.system' }] })
  expect(await scan('m.pkl', 'cacme.models\nScorer\n)R.')).toMatchObject({
    verdict: 'unknown',
    findings: [{ severity: 'unknown', what: 'acme.models.Scorer' }],
  })
  expect(await scan('m.pkl', 'csklearn.linear_model._logistic\nLogisticRegression\n)R.')).toMatchObject({
    verdict: 'clean',
  })
  expect(await scan('m.pkl', 'csklearn.datasets._base\nRemoteFileMetadata\n)R.')).toMatchObject({ verdict: 'unknown' })
})

test('arrays that joblib writes between instructions hide nothing that comes after them', async () => {
  const text = (value: string) => Buffer.concat([Buffer.from([0x8c, value.length]), Buffer.from(value)])
  const global = (module: string, name: string) => Buffer.concat([text(module), text(name), Buffer.from([0x93])])
  const wrapper = Buffer.concat([
    Buffer.from([0x80, 4, 0x5d]),
    global('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    Buffer.from([0x29, 0x81, 0x7d, 0x28]),
    text('shape'),
    Buffer.from([0x4b, 3, 0x85]),
    text('dtype'),
    global('numpy', 'dtype'),
    text('f8'),
    Buffer.from([0x85, 0x52]),
    text('numpy_array_alignment_bytes'),
    Buffer.from([0x4b, 16, 0x75, 0x62]),
  ])
  // Two bytes of padding and their count, then three numbers whose bytes are no instructions.
  const array = Buffer.concat([Buffer.from([2, 0xff, 0xff]), Buffer.alloc(24, 0xff)])
  const honest = Buffer.concat([wrapper, array, Buffer.from('a.')])
  expect(await scan('m.joblib', honest)).toMatchObject({ verdict: 'clean', findings: [] })
  const worse = Buffer.concat([wrapper, array, Buffer.from("acposix\nsystem\n(S'id'\ntR.")])
  for (const bytes of [worse, deflateSync(worse), gzipSync(worse)]) {
    expect(await scan('m.joblib', bytes)).toMatchObject({ verdict: 'unsafe', findings: [{ what: 'posix.system' }] })
  }
})

describe('archives', () => {
  test('are entered, whatever they are called', async () => {
    const zip = zipOf([{ name: 'inner/data.bin', bytes: hostile, deflate: true }])
    expect(await scan('notes.txt', zip)).toMatchObject({
      verdict: 'unsafe',
      findings: [{ path: 'notes.txt!inner/data.bin', what: 'os.system' }],
    })
    const nested = zipOf([{ name: 'a.zip', bytes: zip, deflate: true }])
    expect((await scan('n.zip', nested)).findings[0]?.path).toBe('n.zip!a.zip!inner/data.bin')
    expect(await scan('t.tar', tarOf([{ name: 'x.pkl', bytes: hostile }]))).toMatchObject({
      verdict: 'unsafe',
      findings: [{ path: 't.tar!x.pkl' }],
    })
  })

  test('whose names or links lead out of their folder are unsafe', async () => {
    for (const name of ['../../etc/cron.d/x', '/etc/passwd', 'a\\..\\..\\b', 'C:\\windows\\x']) {
      const rule = { findings: [{ severity: 'unsafe', rule: 'archive-path', what: name }] }
      expect(await scan('m.zip', zipOf([{ name, bytes: harmless }]))).toMatchObject(rule)
      expect(await scan('m.tar', tarOf([{ name, bytes: harmless }]))).toMatchObject(rule)
    }
    expect(await scan('m.tar', tarOf([{ name: 'x', bytes: Buffer.alloc(0), link: '/etc' }]))).toMatchObject({
      verdict: 'unsafe',
      findings: [{ rule: 'archive-path', what: 'link' }],
    })
  })

  test('that would fill a disk are bombs, and end the look early', async () => {
    const zeros = Buffer.alloc(300 * 1024 * 1024)
    const packed = deflateRawSync(zeros, { level: 1 })
    const began = performance.now()
    const bomb = zipOf([{ name: 'data.pkl', packed, size: zeros.length, method: 8, bytes: Buffer.alloc(0) }])
    expect(await scan('m.zip', bomb)).toMatchObject({ verdict: 'unsafe', findings: [{ rule: 'archive-bomb' }] })
    const asGzip = Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), packed])
    expect(await scan('m.gz', asGzip)).toMatchObject({ verdict: 'unsafe' })
    expect(performance.now() - began).toBeLessThan(10_000)
    const overlapping = zipOf([{ name: 'a', bytes: harmless }], { copies: 5 })
    expect(await scan('m.zip', overlapping)).toMatchObject({ findings: [{ what: 'overlapping entries' }] })
  })

  test('that show one reader other entries than another are unsafe, and so is one behind something else', async () => {
    const lying = zipOf([{ name: 'safe.txt', localName: 'data.pkl', bytes: harmless }])
    expect(await scan('m.zip', lying)).toMatchObject({ verdict: 'unsafe', findings: [{ rule: 'archive-mismatch' }] })
    const both = Buffer.concat([Buffer.from('GIF89a…'), zipOf([{ name: 'x.pkl', bytes: hostile }])])
    expect((await scan('logo.gif', both)).findings.map(({ rule }) => rule)).toEqual(['polyglot', 'pickle-global'])
  })
})

test('Keras layers with code, graphs that touch files and YAML that makes objects are unsafe', async () => {
  const keras = (config: unknown) =>
    zipOf([
      { name: 'config.json', bytes: Buffer.from(JSON.stringify(config)), deflate: true },
      { name: 'metadata.json', bytes: Buffer.from('{}') },
    ])
  const cases: [string, Uint8Array | string, string][] = [
    ['m.keras', keras({ config: { layers: [{ class_name: 'Lambda', module: 'keras.layers' }] } }), 'keras-lambda'],
    [
      'm.h5',
      Buffer.concat([Buffer.from('894844460d0a1a0a', 'hex'), Buffer.from('{"class_name": "Lambda", "config"')]),
      'keras-lambda',
    ],
    ['saved_model.pb', '\n\x05\n\x08ReadFile\x12', 'graph-file-access'],
    ['conda.yaml', 'a: !!python/object/apply:os.system ["id"]', 'yaml-object'],
  ]
  for (const [name, bytes, rule] of cases) {
    expect(await scan(name, bytes)).toMatchObject({ verdict: 'unsafe', findings: [{ rule }] })
  }
  expect(await scan('m.keras', keras({ class_name: 'X', module: 'os' }))).toMatchObject({
    verdict: 'unknown',
    findings: [{ rule: 'keras-module', what: 'os.X' }],
  })
})

test('what is no pickle is clean, and what cannot be looked through in time is never called clean', async () => {
  const clean = ['channels:\n- conda-forge\n', 'name,age\nAda,36\n', '{"a": 1}', 'Call me.', '']
  for (const text of clean) expect(await scan('conda.yaml', text)).toMatchObject({ verdict: 'clean', findings: [] })
  expect(await scan('m.pkl', harmless, { milliseconds: -1, unpacked: 1e9 })).toMatchObject({
    verdict: 'unknown',
    findings: [{ rule: 'unfinished' }],
  })
})
