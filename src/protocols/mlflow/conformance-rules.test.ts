import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { type Exchange, readScenario, replay, scenariosIn, summary } from '../../../test/conformance/replay.ts'
import { rules } from '../../../test/conformance/rules.ts'

const exchange = (more: Partial<Exchange>): Exchange => ({
  seq: 1,
  method: 'POST',
  path: '/api/2.0/mlflow/experiments/create',
  query: null,
  request_headers: { 'content-type': 'application/json' },
  request_body: '{"name": "a"}',
  status: 200,
  response_headers: {},
  response_body: '{"experiment_id": "1"}',
  ...more,
})

const answered = (recorded: Exchange[], status: number, body: string) =>
  replay('any', recorded, async () => ({ status, headers: {}, body: Buffer.from(body) }))

test('a folder of recordings needs no index, may be compressed, and its deliveries are no scenario', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-recordings-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const text = `${JSON.stringify(exchange({}))}\n\n`
  await writeFile(join(folder, 'plain.jsonl'), text)
  await writeFile(join(folder, 'packed.jsonl.gz'), gzipSync(text))
  await writeFile(join(folder, 'plain_deliveries.jsonl'), '')
  await writeFile(join(folder, 'README.md'), 'words')
  expect(scenariosIn(folder)).toEqual(['packed', 'plain'])
  for (const scenario of scenariosIn(folder)) expect(readScenario(folder, scenario)).toEqual([exchange({})])
})

test('what differs is named, and excused only by a rule, whatever the scenario is called', async () => {
  const wrong = await answered(
    [exchange({ response_body: '{"experiment_id": "1", "more": 1}' })],
    200,
    '{"experiment_id":"7"}',
  )
  expect(wrong).toMatchObject({ matching: 0, excepted: 0 })
  expect(wrong.problems.map(({ difference }) => difference).join()).toContain('.more')
  expect(summary([wrong])).toContain('1 DIFFER')

  const failed = await answered([exchange({ status: 500, response_body: 'oops' })], 400, '{"error_code":"BAD_REQUEST"}')
  expect(failed).toMatchObject({ excepted: 1, problems: [] })
  expect(failed.reasons[0]?.reason).toContain('500')
})

test('an answer of ours with 500 is never excused', async () => {
  const result = await answered([exchange({ status: 500, response_body: 'oops' }), exchange({})], 500, '{}')
  expect(result.excepted).toBe(0)
})

test('every rule has a reason of its own', () => {
  expect(new Set(rules.map(({ reason }) => reason)).size).toBe(rules.length)
})
