import { type Person, permits } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'

export type Mentioned = { readonly told: PersonId[]; readonly untold: string[] }

const code = /```[\s\S]*?(```|$)|`[^`\n]*`/g
const named = /(?<![\w@.+-])@([a-z0-9][a-z0-9._@+-]{1,127})/gi

/** The logins that a text names, without those inside code. */
export function loginsIn(text: string): string[] {
  const found = [...text.replaceAll(code, ' ').matchAll(named)].map(([, login = '']) => login.toLowerCase())
  return [...new Set(found)]
}

/** Who of those named has an account that may read reviews of the model. A dot at the end of a sentence is not part of a login. */
export function mentioned(text: string, people: readonly Person[], model: string): Mentioned {
  const byLogin = new Map(people.map((person) => [person.login, person]))
  const told: PersonId[] = []
  const untold: string[] = []
  for (const login of loginsIn(text)) {
    const person = byLogin.get(login) ?? byLogin.get(login.replace(/[._@+-]+$/, ''))
    const mayRead = person?.disabled_at === null && permits({ ...person, scopes: null }, 'review.read', model)
    if (person && mayRead) told.push(person.id)
    else untold.push(person?.login ?? login.replace(/[._@+-]+$/, ''))
  }
  return { told: [...new Set(told)], untold: [...new Set(untold)] }
}
