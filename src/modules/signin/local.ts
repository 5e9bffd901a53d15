import { z } from 'zod'
import { unauthenticated } from '../../lib/errors.ts'
import type { Access, Opened } from '../access/index.ts'
import type { Person } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Factors } from './factors.ts'
import type { Passkeys } from './passkeys.ts'
import type { Assertion, FactorMethod, SecondFactorInput } from './schema.ts'
import type { Steps } from './steps.ts'

/** The browser that signs in. */
export type Visitor = { workspace: string; agent: string; address: string; replaces: string | undefined }

const Began = z.object({ agent: z.string(), replaces: z.string().optional() })
const Challenge = Began.extend({ challenge: z.string() })

type Parts = { access: Access; factors: Factors; passkeys: Passkeys; steps: Steps }

export type LocalAnswer =
  | { outcome: 'signed_in'; opened: Opened }
  | { outcome: 'second_factor'; methods: FactorMethod[]; step: string; expires_at: string }

const methodOf = { totp: 'password+totp', passkey: 'password+passkey', recovery: 'password+recovery' } as const

/** Signing in to local accounts: a password and what it may need beside it, or a passkey alone. */
export function createLocalSignIn({ access, factors, passkeys, steps }: Parts) {
  async function personOf(id: PersonId, workspace: string): Promise<Person> {
    const person = await access.in(workspace).people.get(id)
    if (person.disabled_at) throw unauthenticated('the account is disabled')
    return person
  }

  async function byPassword(login: string, password: string, visitor: Visitor): Promise<LocalAnswer> {
    const person = await access.signIn.byPassword(login, password, visitor.workspace, visitor.address)
    const { agent, replaces } = visitor
    const methods = await factors.methodsOf(person.id)
    if (methods.length > 0) {
      const { secret, expires_at } = await steps.begin('second-factor', { agent, replaces }, { person: person.id })
      return { outcome: 'second_factor', methods, step: secret, expires_at }
    }
    const pending = (await factors.isDemanded(person.id)) ? 'second_factor' : null
    return {
      outcome: 'signed_in',
      opened: await access.sessions.open(person, { method: 'password', agent, replaces, pending }),
    }
  }

  async function begun(step: string) {
    const found = await steps.read('second-factor', step, Began)
    if (!found?.person) throw unauthenticated('too much time went by: begin with name and password')
    return { ...found, person: found.person }
  }

  /** Options to answer with a passkey of the person whose password was right. */
  async function secondFactorOptions(step: string) {
    const { person, data } = await begun(step)
    const options = await passkeys.options(person)
    await steps.begin('second-challenge', { ...data, challenge: options.challenge }, { person, secret: step })
    return options
  }

  async function bySecondFactor(step: string, input: SecondFactorInput, workspace: string): Promise<Opened> {
    const { person: id, data } = await begun(step)
    const person = await personOf(id, workspace)
    const asked = input.method === 'passkey' ? await steps.take('second-challenge', step, Challenge) : undefined
    const isRight = () => factors.isRight(id, input, asked?.data.challenge)
    // Sign-in names are in lower case, so nobody counts up these failures by another door.
    if (!(await access.signIn.attempt(`FACTOR ${id}`, isRight))) throw unauthenticated('the second factor is not right')
    if (!(await steps.end('second-factor', step))) throw unauthenticated('this sign-in was finished already')
    return access.sessions.open(person, { ...data, method: methodOf[input.method] })
  }

  async function passkeyOptions({ agent, replaces }: Visitor) {
    const options = await passkeys.options()
    const { secret } = await steps.begin('passkey', { agent, replaces, challenge: options.challenge })
    return { options, step: secret }
  }

  async function byPasskey(step: string, response: Assertion, workspace: string): Promise<Opened> {
    const begun = await steps.take('passkey', step, Challenge)
    const id = begun && (await passkeys.verify(response, begun.data.challenge))
    if (!id) throw unauthenticated('this passkey opens no account here')
    const { agent, replaces } = begun.data
    return access.sessions.open(await personOf(id, workspace), { method: 'passkey', agent, replaces })
  }

  return { byPassword, secondFactorOptions, bySecondFactor, passkeyOptions, byPasskey }
}
export type LocalSignIn = ReturnType<typeof createLocalSignIn>
