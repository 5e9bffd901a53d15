import type { Db, Tx } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Access, acquaint, findPersonByLogin, insertPerson } from '../access/index.ts'
import { type Actor, Login } from '../access/schema.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import { type PersonId, serverActor } from '../audit/schema.ts'
import { firstWorkspace } from '../workspaces/schema.ts'
import * as store from './identity-store.ts'
import type { Profile } from './profile.ts'
import type { Provider } from './providers.ts'
import type { Identity, IdentityInput, RefusedSignIn } from './schema.ts'

export type Admission = { outcome: 'admitted'; person: PersonId } | { outcome: 'refused'; reason: RefusedSignIn }

const refused = (reason: RefusedSignIn): Admission => ({ outcome: 'refused', reason })
const sourceOf = (provider: Provider) => `oidc:${provider.id}`

type Parts = { db: Db; write: Write; clock: Clock; access: Access; providers: readonly Provider[] }

/** Which account somebody from a provider gets, if any, and the roles that come with their groups. */
export function createAdmission({ db, write, clock, access, providers }: Parts) {
  function mayCome(provider: Provider, profile: Profile): boolean {
    const { domains, groups } = provider
    const domain = profile.emailVerified ? profile.email?.split('@').at(-1) : undefined
    if (domains.length > 0 && (domain === undefined || !domains.includes(domain))) return false
    return groups.length === 0 || groups.some((group) => profile.groups.includes(group))
  }

  async function admit(provider: Provider, profile: Profile): Promise<Admission> {
    if (profile.groupsLeftOut) return refused('too_many_groups')
    if (!mayCome(provider, profile)) return refused('not_admitted')
    const found = (await store.findOwner(db, provider.issuer, profile.subject)) ?? (await matched(provider, profile))
    const person = found ?? (provider.accounts === 'create' ? await created(provider, profile) : 'no_account')
    if (person === 'no_account' || person === 'name_taken') return refused(person)
    if ((await access.people.get(person)).disabled_at) return refused('disabled')
    await followGroups(provider, person, profile.groups)
    return { outcome: 'admitted', person }
  }

  /**
   * An address alone proves nothing: the rule must be switched on, the provider must have verified the address, it must lie in a
   * domain that was named, and the account must not belong to somebody of this provider already.
   */
  async function matched(provider: Provider, profile: Profile): Promise<PersonId | undefined> {
    const { email, emailVerified, subject } = profile
    if (provider.match !== 'verified_email' || !emailVerified || email === undefined) return undefined
    const row = await findPersonByLogin(db, email)
    if (row?.kind !== 'person' || row.disabled_at) return undefined
    const id = row.id as PersonId
    const others = await store.listIdentities(db, id)
    if (others.some(({ issuer }) => issuer === provider.issuer)) return undefined
    await write(serverActor, (tx, record) =>
      link(tx, record, id, { issuer: provider.issuer, subject }, 'verified_email'),
    )
    return id
  }

  async function link(
    tx: Tx,
    record: RecordEvent,
    id: PersonId,
    { issuer, subject }: { issuer: string; subject: string },
    by: 'verified_email' | 'administrator' | 'first_sign_in',
  ): Promise<void> {
    if (!(await store.insertIdentity(tx, { issuer, subject, person_id: id, created_at: isoNow(clock) }))) {
      throw conflict('this identity belongs to an account already')
    }
    record('identity.linked', `person:${id}`, { issuer, subject, by })
  }

  async function created(provider: Provider, profile: Profile): Promise<PersonId | 'no_account' | 'name_taken'> {
    const login = [profile.login, profile.email]
      .map((text) => Login.safeParse(text))
      .find(({ success }) => success)?.data
    if (login === undefined) return 'no_account'
    return write(serverActor, async (tx, record) => {
      const id = newId('per', clock.now().getTime()) as PersonId
      const name = (profile.name ?? login).slice(0, 200)
      const row = { id, login, name, kind: 'person' as const, password_hash: null }
      await insertPerson(tx, { ...row, created_at: isoNow(clock), disabled_at: null })
      await acquaint(tx, firstWorkspace, id)
      record('person.created', `person:${id}`, { kind: 'person', grants: [], source: sourceOf(provider) })
      await link(tx, record, id, { issuer: provider.issuer, subject: profile.subject }, 'first_sign_in')
      return id
    }).catch(async (error: unknown) => {
      if (await findPersonByLogin(db, login)) return 'name_taken' as const
      throw error
    })
  }

  /** Roles are given and taken as the groups of today say; what somebody gave by hand is left alone. */
  async function followGroups(provider: Provider, person: PersonId, groups: readonly string[]): Promise<void> {
    const source = sourceOf(provider)
    const held = await store.listGrants(db, person)
    const wanted = provider.roles
      .filter(({ group }) => groups.includes(group))
      .map(({ workspace, role, model }) => ({ workspace, role, model: model ?? '', source }))
    const isSame = (a: store.SourcedGrant, b: store.SourcedGrant) =>
      a.workspace === b.workspace && a.role === b.role && a.model === b.model
    const missing = wanted.filter((grant) => !held.some((each) => isSame(each, grant)))
    const over = held.filter((each) => each.source === source && !wanted.some((grant) => isSame(each, grant)))
    if (missing.length === 0 && over.length === 0) return
    await write(serverActor, async (tx, record) => {
      for (const grant of missing) {
        if (await store.insertGrant(tx, person, grant)) record('person.granted', `person:${person}`, detailOf(grant))
      }
      for (const grant of over) {
        if (await store.deleteGrant(tx, person, grant))
          record('person.grant_revoked', `person:${person}`, detailOf(grant))
      }
      record('person.groups_followed', `person:${person}`, { source })
    })
  }

  function detailOf({ workspace, role, model, source }: store.SourcedGrant) {
    return { role, model: model === '' ? null : model, source, ...(workspace === 'main' ? {} : { workspace }) }
  }

  async function linkByHand(actor: Actor, id: PersonId, workspace: string, input: IdentityInput): Promise<Identity[]> {
    const { people } = access.in(workspace)
    await people.demandAccounts(actor)
    const { kind } = await people.get(id)
    const provider = providers.find((each) => each.id === input.provider)
    if (!provider) throw notFound('provider', input.provider)
    if (kind === 'service') throw conflict('a service account signs in with tokens only')
    const { issuer } = provider
    await write(actor, (tx, record) => link(tx, record, id, { issuer, subject: input.subject }, 'administrator'))
    return store.listIdentities(db, id)
  }

  async function unlink(
    actor: Actor,
    id: PersonId,
    workspace: string,
    { issuer, subject }: Omit<Identity, 'created_at'>,
  ) {
    await access.in(workspace).people.demandAccounts(actor)
    await write(actor, async (tx, record) => {
      if (!(await store.deleteIdentity(tx, id, issuer, subject))) throw notFound('identity', subject)
      record('identity.unlinked', `person:${id}`, { issuer, subject })
    })
    return store.listIdentities(db, id)
  }

  return {
    admit,
    linkByHand,
    unlink,
    /** Of an account that the actor may see. */
    async identities(actor: Actor, id: PersonId, workspace: string) {
      await access.in(workspace).people.visible.get(actor, id)
      return store.listIdentities(db, id)
    },
  }
}
export type Admissions = ReturnType<typeof createAdmission>
