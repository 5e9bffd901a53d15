import type { App } from '../../src/app.ts'
import { serverActor } from '../../src/modules/audit/schema.ts'
import type { Exchange, Send } from './replay.ts'
import { sendTo } from './send.ts'

/** What was recorded with MLflow's auth app: requests carry their own credentials, or none to be refused. */
export const isAuthScenario = (exchanges: readonly Exchange[]): boolean =>
  exchanges.some(({ request_headers, status }) => request_headers.authorization !== undefined || status === 401)

/** The account that MLflow's auth app begins with. */
export async function sendAsRecorded(app: App): Promise<Send> {
  const grants = [{ role: 'administrator' as const, model: null }]
  const account = { login: 'admin', name: 'Administrator', kind: 'person' as const, grants }
  const person = await app.access.people.create(serverActor, { ...account, password: 'password1234' })
  const { login, name } = person
  const { secret } = await app.access.tokens.create(
    { id: person.id, kind: 'person', via: 'password', login, name, grants, scopes: null },
    { name: 'conformance', scopes: null, expires_in_days: 1 },
  )
  return sendTo(app, secret, { signedIn: false })
}
