import { randomBytes } from 'node:crypto'
import type { App } from './app.ts'
import { serverActor } from './modules/audit/schema.ts'

export type FirstAdministrator = { login: string; password: string }

/** On a database without people: an administrator with a random password, which only the caller ever sees. */
export async function createFirstAdministrator({
  access,
}: Pick<App, 'access'>): Promise<FirstAdministrator | undefined> {
  if ((await access.people.list()).length > 0) return undefined
  const password = randomBytes(15).toString('base64url')
  await access.people.create(serverActor, {
    login: 'admin',
    name: 'Administrator',
    kind: 'person',
    password,
    grants: [{ role: 'administrator', model: null }],
  })
  return { login: 'admin', password }
}
