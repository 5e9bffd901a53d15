import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { cli, freePort, run, temporaryFolder } from './tools.ts'

test('an open server answers MLflow clients without a token, keeps artifacts where it is told, and ends in order', async () => {
  const { path, remove } = await temporaryFolder()
  onTestFinished(remove)
  const port = await freePort()
  const dirs = ['--data-dir', join(path, 'data'), '--artifacts-destination', join(path, 'artifacts')]
  const began = performance.now()
  const server = run(['bin/modelkeep.js', 'serve', '--open', '--port', String(port), ...dirs], { MODELKEEP_LOG: 'off' })
  onTestFinished(() => void server.child.kill())
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(`${url}/health`).catch(() => undefined))?.ok) {
    expect(server.child.exitCode).toBe(null)
    await wait(5)
  }
  console.info(`/health answers after ${Math.round(performance.now() - began)} ms`)
  expect(performance.now() - began).toBeLessThan(5000)

  const found = await fetch(`${url}/api/2.0/mlflow/experiments/get?experiment_id=0`)
  expect(await found.json()).toMatchObject({ experiment: { name: 'Default' } })
  const stored = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/0/note.txt`, { method: 'PUT', body: 'hello' })
  expect(stored.status).toBe(200)
  expect(await readdir(join(path, 'artifacts', 'main', 'sha256'))).toHaveLength(1)

  const asked = performance.now()
  server.child.kill('SIGTERM')
  const { status, stdout, stderr } = await server.finished
  expect([status, stderr]).toEqual([0, ''])
  expect(performance.now() - asked).toBeLessThan(5000)
  expect(stdout).toContain('requests without credentials act as the local developer')
})

test('a server that others could reach refuses to be open, and says why', async () => {
  const { path, remove } = await temporaryFolder()
  onTestFinished(remove)
  const refused = await cli(['serve', '--open', '--host', '0.0.0.0', '--data-dir', path], {})
  expect(refused.status).not.toBe(0)
  expect(refused.stderr).toMatch(/^modelkeep: --open lets everyone in without signing in, so it listens on loopback/)
  const bucket = await cli(['serve', '--artifacts-destination', 'gs://bucket', '--data-dir', path], {})
  expect(bucket.status).not.toBe(0)
  expect(bucket.stderr).toContain('gs://bucket names a store that is not supported')
  expect(await readdir(path)).toEqual([])
})
