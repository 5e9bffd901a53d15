import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type App, createApp } from '../src/app.ts'
import { serverActor } from '../src/modules/audit/schema.ts'
import type { Workspace } from '../src/workspace.ts'
import type { Bench } from './engine.ts'
import type { SendTask } from './http-client.ts'

/** A server in this process with a client on a thread of its own. */
export type Served = {
  app: App
  workspace: Workspace
  base: string
  token: string
  /** Sends all bodies over so many connections; seconds. */
  send: (task: Omit<SendTask, 'url' | 'token'> & { route: string }) => Promise<number>
  call: (
    method: 'GET' | 'POST',
    route: string,
    body?: object,
  ) => Promise<{ json: () => ReturnType<typeof JSON.parse>; body: string }>
  close: () => Promise<void>
}

export async function serveBench({ dir, database }: Bench): Promise<Served> {
  const app = await createApp({
    dataDir: join(dir, 'data'),
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://modelkeep.test',
    database,
    log: false,
    trustProxy: false,
  })
  const client = new Worker(new URL('./http-client.ts', import.meta.url))
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  const workspace = app.workspaces.get('main')
  if (!workspace) throw new Error('there is no workspace main')
  const token = await tokenOf(app)
  const base = `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}/api/2.0/mlflow`
  return {
    app,
    workspace,
    base,
    token,
    async send({ route, ...task }) {
      const result = once(client, 'message')
      client.postMessage({ url: `${base}/${route}`, token, ...task } satisfies SendTask)
      const [seconds] = await result
      if (typeof seconds !== 'number') throw new Error(String(seconds))
      return seconds
    },
    async call(method, route, body) {
      const reply = await app.http.inject({
        method,
        url: `/api/2.0/mlflow/${route}`,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { payload: body }),
      })
      if (reply.statusCode !== 200) throw new Error(`${route}: ${reply.statusCode} ${reply.body.slice(0, 300)}`)
      return reply
    },
    async close() {
      await client.terminate()
      await app.close()
    },
  }
}

export async function newRun({ call }: Pick<Served, 'call'>): Promise<string> {
  return (await call('POST', 'runs/create', { experiment_id: '0' })).json().run.info.run_id
}

async function tokenOf({ access }: App): Promise<string> {
  const grants = [{ role: 'developer' as const, model: null }]
  const person = await access.people.create(serverActor, { login: 'bench', name: 'Bench', kind: 'person', grants })
  const made = await access.tokens.create(
    { id: person.id, kind: 'person', via: 'session', login: person.login, name: person.name, grants, scopes: null },
    { name: 'bench', scopes: null, expires_in_days: 1 },
  )
  return made.secret
}
