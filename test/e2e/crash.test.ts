import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { cli, demo, freePort, serve, temporaryFolder } from './tools.ts'

/** When the server dies: each is what the demo has printed by then. All of them with FAULTS=all, three otherwise. */
const everyMoment = [
  /people: an administrator/,
  /plain model is trained/,
  /to examine/,
  /Version 1 is sealed/,
  /evaluate/,
  /Review rev_/,
  /Approved/,
  /may run in prod/,
]
const moments = process.env.FAULTS === 'all' ? everyMoment : everyMoment.filter((_, i) => [1, 4, 6].includes(i))

test('a server that is killed at any moment of the demo loses nothing that it acknowledged', async () => {
  const { path: folder, remove } = await temporaryFolder()
  onTestFinished(remove)
  const port = await freePort()
  let told = ''
  for (const moment of moments) {
    const running = demo(folder, port)
    await reached(running.output, moment, running.finished)
    // Not just after the line, but in the middle of what comes next.
    await wait(20 + Math.random() * 200)
    const pid = Number(await readFile(join(folder, 'server.pid'), 'utf8'))
    kill(pid)
    told += (await running.finished).stdout
  }
  const last = await demo(folder, port).finished
  expect(last.stderr).not.toContain('The demo stopped')
  expect(last.status).toBe(0)
  told += last.stdout

  const server = await serve(join(folder, 'data'), port)
  onTestFinished(server.stop)
  const accounts = JSON.parse(await readFile(join(folder, 'accounts.json'), 'utf8'))
  const get = (url: string) =>
    fetch(`${server.url}/api/v1${url}`, { headers: { authorization: `Bearer ${accounts.admin.token}` } })
  const acknowledged = [
    ...found(told, /run ([0-9a-f]{32})/g).map((id) => `/runs/${id}`),
    ...found(told, /(evi_[0-9a-z]{24})/g).map((id) => `/evidence/${id}`),
    ...found(told, /Review (rev_[0-9a-z]{24})/g).map((id) => `/reviews/${id}`),
    ...found(told, /Approved: (dec_[0-9a-z]{24})/g).map((id) => `/decisions/${id}`),
    ...found(told, /Verdict (vrd_[0-9a-z]{24})/g).map((id) => `/gate/verdicts/${id}`),
  ]
  expect(acknowledged.length).toBeGreaterThan(7)
  for (const url of acknowledged) expect([url, (await get(url)).status]).toEqual([url, 200])
  expect(await (await get('/audit/check')).json()).toMatchObject({ outcome: 'intact' })
})

test('metrics, parameters and runs that were acknowledged survive a kill in the middle of the traffic', async () => {
  const { path: folder, remove } = await temporaryFolder()
  onTestFinished(remove)
  const port = await freePort()
  const first = await serve(folder, port)
  const reset = await cli(['reset-password', 'admin', '--data-dir', folder], {})
  const password = /password (\S+)/.exec(reset.stdout)?.[1] ?? ''
  const authorization = `Basic ${btoa(`admin:${password}`)}`
  const mlflow = async (method: string, path: string, body?: unknown) => {
    const reply = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!reply.ok) throw new Error(`${path}: ${reply.status}`)
    return reply.json() as Promise<Record<string, never>>
  }
  const { experiment_id } = await mlflow('POST', 'experiments/create', { name: 'traffic' })
  const acknowledged = new Map<string, number>()

  async function client() {
    const { run } = (await mlflow('POST', 'runs/create', { experiment_id })) as unknown as {
      run: { info: { run_id: string } }
    }
    const { run_id } = run.info
    for (let step = 1; ; step++) {
      await mlflow('POST', 'runs/log-metric', { run_id, key: 'm', value: step, timestamp: step, step })
      acknowledged.set(run_id, step)
    }
  }
  const clients = Promise.allSettled(Array.from({ length: 16 }, client))
  await wait(1500)
  first.child.kill('SIGKILL')
  await clients

  const second = await serve(folder, port)
  onTestFinished(second.stop)
  expect(acknowledged.size).toBe(16)
  for (const [run_id, steps] of acknowledged) {
    const { metrics } = (await mlflow('GET', `metrics/get-history?run_id=${run_id}&metric_key=m`)) as unknown as {
      metrics: unknown[]
    }
    expect(metrics.length).toBeGreaterThanOrEqual(steps)
  }
})

async function reached(output: () => string, pattern: RegExp, finished: Promise<unknown>) {
  let ended = false
  finished.then(() => {
    ended = true
  })
  while (!pattern.test(output())) {
    if (ended) throw new Error(`the demo ended before ${pattern}:\n${output()}`)
    await wait(5)
  }
}

function kill(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself, because the story was told.
  }
}

function found(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))]
}
