import { randomBytes } from 'node:crypto'
import type { App } from './app.ts'
import { AppError } from './lib/errors.ts'
import { serverActor } from './modules/audit/schema.ts'

export type FirstAdministrator = { login: string; password: string }

/** On a database without people: an administrator with a random password, which only the caller ever sees. */
export async function createFirstAdministrator({
  access,
  setUp,
}: Pick<App, 'access' | 'setUp'>): Promise<FirstAdministrator | undefined> {
  if ((await access.people.list()).length > 0) return undefined
  const password = randomBytes(15).toString('base64url')
  try {
    await access.people.create(serverActor, {
      login: 'admin',
      name: 'Administrator',
      kind: 'person',
      password,
      grants: [{ role: 'administrator', model: null }],
    })
  } catch (error) {
    // Another server that started at the same time was faster, and shows the password.
    if (error instanceof AppError && error.code === 'conflict') return undefined
    throw error
  }
  await setUp.await()
  return { login: 'admin', password }
}
