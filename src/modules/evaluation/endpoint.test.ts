import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenExamined } from '../../testing/examined.ts'

type Asked = { dataframe_split?: { columns: string[]; data: number[][] }; inputs?: { name: string; data: number[] }[] }

/** A scoring server; `answer` may change from one request to the next. */
async function scoringServer(answer: (asked: Asked) => unknown) {
  const asked: Asked[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked
      asked.push(body)
      const said = answer(body)
      res.writeHead(said === undefined ? 500 : 200, { 'content-type': 'application/json' })
      res.end(JSON.stringify(said ?? {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const rows = Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'f' : 'm'},${i},${i % 5},${i % 3 === 0 ? 1 : 0}`)
const csv = `${['sex,a,b,y', ...rows].join('\n')}\n`
const files = { 'model/weights.bin': 'x' }
const allowed = { config: { scoringHosts: ['127.0.0.1'] } }

test('a scoring endpoint that speaks as MLflow does is asked in batches, and evidence names it by what it said', async () => {
  let shift = 0
  const { asked, url } = await scoringServer(({ dataframe_split }) => ({
    predictions: dataframe_split?.data.map(([a = 0]) => [1 - (a + shift) / 100, (a + shift) / 100]),
  }))
  const { dataset, protocol, evaluate, reproduce } = await givenExamined(await testApp(allowed), { files })
  const endpoint = { url: `${url}/invocations`, speaks: 'mlflow', columns: ['a', 'b'], rows: 25 }
  await protocol({ task: 'binary', label: 'y', positive: 1, protected: ['sex'], bootstrap: 10, endpoint })
  const found = await evaluate({
    dataset: await dataset(csv),
    source: { kind: 'endpoint' },
    kinds: ['performance', 'fairness'],
  })
  if (typeof found === 'string') throw new Error(found)
  expect(asked.map(({ dataframe_split }) => dataframe_split?.data.length)).toEqual([25, 25, 10])
  expect(asked[0]?.dataframe_split).toMatchObject({ columns: ['a', 'b'], data: expect.arrayContaining([[1, 1]]) })
  expect(found.performance?.inputs.map(({ role, name }) => [role, name])).toEqual([
    ['endpoint', endpoint.url],
    ['dataset', 'table'],
    ['protocol', 'protocol'],
  ])
  expect(found.performance?.method.parameters).toMatchObject({ endpoint: { url: endpoint.url, reproducible: false } })
  expect(found.performance?.result).toMatchObject({ n: 60, figures: { mean_score: { value: expect.closeTo(0.295) } } })
  expect(await reproduce(found.performance)).toMatchObject({ outcome: 'identical' })
  shift = 1
  const again = await reproduce(found.performance)
  expect(again.outcome).toBe('different')
  const paths = again.differences.map(({ path }: { path: string }) => path)
  expect(paths).toContain('inputs.0.digest')
  expect(paths).toContain('result.figures.mean_score.value')
})

test('an endpoint of the Open Inference Protocol gives the numbers of a regression', async () => {
  const { asked, url } = await scoringServer(({ inputs }) => {
    const data = inputs?.find(({ name }) => name === 'a')?.data.map((a) => a + 1) ?? []
    return {
      outputs: [
        { name: 'other', shape: [1], data: [0] },
        { name: 'out', shape: [data.length, 1], data },
      ],
    }
  })
  const { dataset, protocol, evaluate } = await givenExamined(await testApp(allowed), { files })
  const endpoint = { url: `${url}/v2/models/m/infer`, speaks: 'v2', columns: ['a'], output: 'out' }
  await protocol({ task: 'regression', label: 'a', endpoint })
  const found = await evaluate({ dataset: await dataset(csv), source: { kind: 'endpoint' }, kinds: ['performance'] })
  if (typeof found === 'string') throw new Error(found)
  expect(asked[0]?.inputs).toMatchObject([{ name: 'a', shape: [60], datatype: 'FP64' }])
  expect(found.performance?.result).toMatchObject({ figures: { bias: { value: 1 }, mae: { value: 1 } } })
})

test('an endpoint is refused where the operator has not allowed its host, and where its answers make no sense', async () => {
  const answers: unknown[] = [undefined, { predictions: [1] }, { result: [] }]
  const { asked, url } = await scoringServer(() => answers.shift())
  const protocolOf = (at: string) => ({
    task: 'regression',
    label: 'y',
    endpoint: { url: at, speaks: 'mlflow', columns: ['a'] },
  })
  const closed = await givenExamined(await testApp(), { files })
  await closed.protocol(protocolOf(url))
  const wish = { dataset: await closed.dataset(csv), source: { kind: 'endpoint' }, kinds: ['performance'] }
  expect(await closed.evaluate(wish)).toContain('MODELKEEP_SCORING_HOSTS')
  expect(asked).toEqual([])

  const open = await givenExamined(await testApp(allowed), { files })
  await open.protocol(protocolOf(url))
  await open.dataset(csv)
  expect(await open.evaluate(wish)).toContain('it answered with status 500')
  expect(await open.evaluate(wish)).toContain('1 predictions for 60 rows')
  expect(await open.evaluate(wish)).toContain('no list of numbers')
})
