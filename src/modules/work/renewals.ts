import { isoNow } from '../../lib/clock.ts'
import type { PersonId } from '../audit/schema.ts'
import { lapsesOf } from '../policy/index.ts'
import { listDeployments, listEnvironments, versionsInPlay } from '../registry/index.ts'
import { Tier } from '../registry/schema.ts'
import type { WorkParts } from './parts.ts'
import type { Renewal } from './schema.ts'

/** Versions before environments that one look computes. */
const mostPairs = 600
/** How long a look may be old, in milliseconds; what this process changes ends it at once. */
const keptFor = 60_000
const changes =
  /^(decision|review|condition|evidence|evaluation|policy|waiver|version|model|alias|deployment|duty|environment|finding)\./

/** A renewal, and who made the version: whoever brings new evidence. */
export type Upcoming = Renewal & { readonly developers: readonly PersonId[] }
export type Renewals = { readonly upcoming: readonly Upcoming[]; readonly complete: boolean }

/** Everything that is allowed now and ends by itself, the first first. */
export function createRenewals({ db, clock, audit, reviews, duties }: WorkParts) {
  let kept: { value: Promise<Renewals>; at: number } | undefined

  audit.listen(async (_, events) => {
    if (events.some(({ action }) => changes.test(action))) kept = undefined
  })

  async function look(): Promise<Renewals> {
    const now = isoNow(clock)
    const environments = await listEnvironments(db)
    const inPlay = await versionsInPlay(db, Tier.options, mostPairs + 1)
    const running = new Set(
      (await listDeployments(db, undefined, { open: true })).map((each) =>
        placeOf(each.model, each.version, each.environment),
      ),
    )
    const validators = await validatorsOf()
    const pairs = inPlay.flatMap((version) => environments.map(({ name }) => ({ ...version, environment: name })))
    const upcoming: Upcoming[] = []
    for (const { id, environment, tier, owner } of pairs.slice(0, mostPairs)) {
      const { assessment, policies, snapshot, approvals, model, version } = await reviews.situations.atVersion(
        db,
        id,
        environment,
        now,
      )
      if (assessment.outcome === 'denied') continue
      const causes = lapsesOf(policies, snapshot, approvals)
      const [first] = causes
      if (!first) continue
      upcoming.push({
        model: model.name,
        version: version.version,
        environment,
        tier,
        owner,
        running: running.has(placeOf(model.name, version.version, environment)),
        due_at: first.at,
        causes,
        validators: validators.get(model.id) ?? [],
        developers: [...version.developers, version.registered_by],
      })
    }
    upcoming.sort((a, b) => (a.due_at < b.due_at ? -1 : 1))
    return { upcoming, complete: pairs.length <= mostPairs }
  }

  async function validatorsOf(): Promise<Map<string, PersonId[]>> {
    const found = new Map<string, PersonId[]>()
    for (const { duty, subject, person } of await duties.accepted()) {
      if (duty === 'validator') found.set(subject.id, [...(found.get(subject.id) ?? []), person])
    }
    return found
  }

  /** As it was at most a minute ago; what has ended meanwhile is left out. */
  return async function renewals(): Promise<Renewals> {
    const at = clock.now().getTime()
    if (!kept || at - kept.at > keptFor) {
      const value = look()
      kept = { value, at }
      value.catch(() => {
        kept = undefined
      })
    }
    const { upcoming, complete } = await kept.value
    const now = new Date(at).toISOString()
    return { upcoming: upcoming.filter(({ due_at }) => due_at > now), complete }
  }
}

const placeOf = (model: string, version: number, environment: string) => JSON.stringify([model, version, environment])
