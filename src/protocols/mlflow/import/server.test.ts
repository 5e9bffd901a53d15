import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type TestApp, testApp } from '../../../testing/app.ts'
import { importInto, problemsOf } from '../../../testing/importing.ts'
import { childRun, makeMlruns, someExperiment, someModel, someRun } from '../../../testing/mlruns.ts'

/** A server over what an mlruns folder held, and the token of a reader. */
async function serving(): Promise<{ app: TestApp; url: string; token: string }> {
  const root = await mkdtemp(join(tmpdir(), 'mlruns-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await makeMlruns(root)
  const app = await testApp()
  await importInto(app, root)
  const url = await app.http.listen({ host: '127.0.0.1', port: 0 })
  return { app, url, token: (await app.as('administrator')).token }
}

test('a live server comes through its own API: the same runs, histories, files, versions and aliases', async () => {
  const { url, token } = await serving()
  const app = await testApp()
  const { plan, report } = {
    ...(await importInto(app, url, { credentials: { token } })),
    ...(await look(app, url, token)),
  }
  expect(plan.found).toMatchObject({ points: null, runs: 3 })
  expect(report).toMatchObject({
    outcome: 'verified',
    brought: { experiments: 2, runs: 3, points: 5, logged_models: 1, models: 1, versions: 3, aliases: 1, artifacts: 4 },
  })
  expect(problemsOf(report)).toEqual([
    'alias wage-screening champion: protected',
    'version wage-screening 6: reference_only',
  ])
  const reader = await app.as('administrator')
  const run = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${someRun}`)).json().run
  expect(run.info).toMatchObject({ experiment_id: someExperiment, user_id: 'kim', end_time: 1_700_000_009_000 })
  const history = await reader.get(`/api/2.0/mlflow/metrics/get-history?run_id=${someRun}&metric_key=loss`)
  expect(history.json().metrics.map(({ value }: { value: unknown }) => value)).toContain('NaN')
  expect((await reader.get(`/api/2.0/mlflow/runs/get?run_id=${childRun}`)).json().run.info.status).toBe('RUNNING')
  expect((await reader.get('/models/wage-screening/versions/2')).json().manifest.files).toHaveLength(2)
  expect((await reader.get('/models/wage-screening/versions/5')).json().manifest.files).toHaveLength(1)
  expect((await reader.get(`/api/2.0/mlflow/logged-models/${someModel}`)).json().model.info.name).toBe('wage-model')

  const again = await importInto(app, url, { credentials: { token } })
  expect(again.report).toMatchObject({
    outcome: 'verified',
    brought: { runs: 0, artifacts: 0 },
    unchanged: { runs: 3, artifacts: 4 },
  })
})

async function look(app: TestApp, url: string, token: string) {
  const { plan } = await importInto(app, url, { credentials: { token }, only: 'plan' })
  return { plan }
}

test('a server that refuses is an error with its words, and the token is nowhere in it', async () => {
  const { url } = await serving()
  const app = await testApp()
  const failed = await importInto(app, url, { credentials: { token: 'mk_wrong-secret' } }).catch(
    (error: Error) => error,
  )
  expect(failed).toMatchObject({ name: 'SourceError', status: 401 })
  expect(String(failed)).not.toContain('wrong-secret')
})

test('what a server says is checked like everything else: climbing names, answers that are none, redirects', async () => {
  const answers: Record<string, unknown> = {
    '/api/2.0/mlflow/experiments/search': {
      experiments: [{ experiment_id: '4', name: 'four', artifact_location: 's3://b/4' }],
    },
    '/api/2.0/mlflow/logged-models/search': undefined,
    '/api/2.0/mlflow/runs/search': {
      runs: [
        {
          info: {
            run_uuid: someRun,
            experiment_id: '4',
            status: 'FINISHED',
            artifact_uri: 's3://b/4/x/artifacts',
            start_time: '17',
          },
          data: {
            metrics: [{ key: 'm', value: 'Infinity', timestamp: '5', step: '1' }],
            tags: [{ key: 'mlflow.user', value: 'kim' }],
          },
        },
      ],
    },
    '/api/2.0/mlflow/metrics/get-history': { metrics: [{ key: 'm', value: 'Infinity', timestamp: '5', step: '1' }] },
    '/api/2.0/mlflow/artifacts/list': {
      files: [
        { path: '../../etc/passwd', file_size: '4' },
        { path: 'ok.txt', file_size: '2' },
      ],
    },
    '/get-artifact': 'ok',
    '/api/2.0/mlflow/registered-models/search': {},
    '/api/2.0/mlflow/model-versions/search': {},
  }
  const server = createServer((req, res) => {
    const answer = answers[new URL(req.url ?? '', 'http://x').pathname]
    if (answer === undefined) res.writeHead(404).end('{}')
    else res.writeHead(200).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const app = await testApp()
  const { report } = await importInto(app, url)
  expect(report).toMatchObject({ outcome: 'verified', brought: { runs: 1, points: 1, artifacts: 1 } })
  expect(problemsOf(report)).toEqual(['artifact ../../etc/passwd: name_refused'])
  const reader = await app.as('administrator')
  const run = (await reader.get(`/api/2.0/mlflow/runs/get?run_id=${someRun}`)).json().run
  expect(run.info).toMatchObject({ user_id: 'kim', start_time: 17 })
  expect((await reader.get(`/get-artifact?run_id=${someRun}&path=ok.txt`)).status).toBe(404)
})
