import { randomBytes } from 'node:crypto'
import type { App } from './app.ts'
import { AppError } from './lib/errors.ts'
import { serverActor } from './modules/audit/schema.ts'

export type FirstAdministrator = { login: string; password: string }

/**
 * On a database without people: makes an administrator with a random password, which only the caller ever sees. Whether there
 * are people is looked up at once, and what comes back does the rest: a server that starts answers meanwhile.
 */
export async function firstAdministrator({
  access,
  setUp,
}: Pick<App, 'access' | 'setUp'>): Promise<() => Promise<FirstAdministrator | undefined>> {
  if ((await access.people.list()).length > 0) return async () => undefined
  return async () => {
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
}

/** The same in one step. */
export async function createFirstAdministrator(app: Pick<App, 'access' | 'setUp'>) {
  const create = await firstAdministrator(app)
  return create()
}
