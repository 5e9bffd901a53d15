import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, forbidden } from '../../lib/errors.ts'
import { hostOf } from '../../lib/host.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { DryRuns } from '../evaluation/index.ts'
import type { DryRun, DryRunCheck, DryRunInput } from './schema.ts'
import { insertDryRun, lastDryRuns, type StoredDryRun } from './store.ts'

export type DryRunParts = {
  readonly db: Db
  readonly write: Write
  readonly clock: Clock
  readonly scoringHosts: readonly string[]
  readonly endpoints: DryRuns
  /** Asks an identity provider, by its id. */
  readonly checkProvider: (id: string) => Promise<DryRunCheck[]>
  readonly names: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
}

/** The last dry run of a connection, and when one last passed. */
export type Tried = { readonly last: DryRun; readonly passedAt: string | undefined }

/** Asks what lies outside, because somebody wants it now, and keeps what was found. */
export function createDryRuns({ db, write, clock, scoringHosts, endpoints, checkProvider, names }: DryRunParts) {
  async function run(actor: Actor, input: DryRunInput): Promise<DryRun> {
    const checks = await checksOf(actor, input)
    const outcome = outcomeOf(checks)
    const { kind, target } = input
    const id = newId('dry', clock.now().getTime())
    const stored: StoredDryRun = { id, kind, target, outcome, checks, at: isoNow(clock), by: actor.id }
    await write(actor, async (tx, record) => {
      await insertDryRun(tx, stored)
      const failed = checks.filter(({ state }) => state === 'blocked').map(({ what }) => what)
      const dataset = input.kind === 'scoring' && input.dataset ? { dataset: input.dataset } : {}
      record('connection.tried', `connection:${kind}/${target}`, { outcome, failed, ...dataset })
    })
    return answerOf(stored, await names([actor.id]))
  }

  async function checksOf(actor: Actor, input: DryRunInput): Promise<DryRunCheck[]> {
    if (input.kind === 'sign_in') return checkProvider(input.target)
    const { target, model, dataset, endpoint } = input
    if (endpoint) {
      if (dataset !== undefined) throw badRequest('no protocol names this address, so there is no row to score')
      if (!scoringHosts.includes(target)) throw badRequest(`${target} is not among the hosts that may be asked`)
      if (hostIn(endpoint.url) !== target) throw badRequest(`the address is not on the host ${target}`)
      return endpoints.run(endpoint)
    }
    if (dataset !== undefined && !permits(actor, 'evaluation.run', model)) {
      throw forbidden('a row is scored by whoever may run evaluations: this needs the permission evaluation.run', {
        permission: 'evaluation.run',
      })
    }
    return endpoints.run({ address: target, model, dataset })
  }

  async function tried(): Promise<(kind: DryRunInput['kind'], target: string) => Tried | undefined> {
    const all = await lastDryRuns(db)
    const known = await names(all.map(({ by }) => by))
    return (kind, target) => {
      const own = all.filter((each) => each.kind === kind && each.target === target)
      const [last] = own
      return last && { last: answerOf(last, known), passedAt: own.find(({ outcome }) => outcome === 'passed')?.at }
    }
  }

  return { run, tried, endpoints: endpoints.endpoints }
}

/** A host without the brackets of IPv6. */
export const hostIn = (url: string) => hostOf(new URL(url))

/** Something that stands in the way outweighs the rest; something that works outweighs what says nothing. */
function outcomeOf(checks: readonly DryRunCheck[]): DryRun['outcome'] {
  if (checks.some(({ state }) => state === 'blocked')) return 'failed'
  return checks.some(({ state, ms }) => state === 'met' && ms !== null) ? 'passed' : 'unclear'
}

function answerOf({ outcome, checks, at, by }: StoredDryRun, names: ReadonlyMap<string, string>): DryRun {
  return { outcome, checks, at, by: { id: by as DryRun['by']['id'], name: names.get(by) ?? by } }
}
