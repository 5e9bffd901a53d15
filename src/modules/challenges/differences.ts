import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { notFound } from '../../lib/errors.ts'
import { type Actor, permits } from '../access/schema.ts'
import { strictest } from '../gate/index.ts'
import { listEnvironments } from '../registry/index.ts'
import type { ModelVersion } from '../registry/schema.ts'
import type { Situation, Situations } from '../reviews/index.ts'
import type { Run } from '../tracking/schema.ts'
import { contentOf, gateOf, type Parts, parametersOf, wordsOf } from './difference-parts.ts'
import { requirementDifferences } from './requirement-differences.ts'
import {
  type Difference,
  type DifferenceGroup,
  type DifferencesQuery,
  type RunState,
  type TextDifference,
  TextPart,
  type VersionDifferences,
} from './schema.ts'

export type DifferenceParts = {
  readonly db: Db
  readonly clock: Clock
  readonly situations: Pick<Situations, 'at'>
  readonly tracking: {
    readonly runs: {
      find(id: string): Promise<Run | undefined>
      forVersion(id: string): Promise<{ digest: string } | undefined>
    }
    readonly permissions: { hiddenFrom(actor: Actor): Promise<string[]> }
  }
}

type SeenRun = { readonly id: string | null; readonly state: RunState; readonly run?: Run }

/** Everything beside the figures in which two versions of a model differ, as it is at this moment. */
export function createDifferences({ db, clock, situations, tracking }: DifferenceParts) {
  return async function differences(
    actor: Actor,
    model: string,
    { a, b, environment }: DifferencesQuery,
  ): Promise<VersionDifferences> {
    const where = environment ?? strictest(await listEnvironments(db))?.name
    if (where === undefined) throw notFound('environment', 'prod')
    const at = isoNow(clock)
    const left = await situations.at(db, model, a, where, at)
    const right = await situations.at(db, model, b, where, at)
    const runs = { a: await runOf(actor, left.version), b: await runOf(actor, right.version) }
    const found = differencesOf(left, right, runs)
    const side = ({ id, state }: SeenRun) => ({ id, state })
    return {
      model: left.model.name,
      a: left.version.version,
      b: right.version.version,
      environment: left.environment.name,
      at,
      outcomes: { a: left.assessment.outcome, b: right.assessment.outcome },
      runs: { a: side(runs.a), b: side(runs.b) },
      ...found,
    }
  }

  async function runOf(actor: Actor, { manifest }: ModelVersion): Promise<SeenRun> {
    if (manifest.run === null) return { id: null, state: 'none' }
    const { id, digest } = manifest.run
    if (!permits(actor, 'tracking.read')) return { id, state: 'withheld' }
    const run = await tracking.runs.find(id)
    const now = run && (await tracking.runs.forVersion(id))
    if (!run || !now) return { id, state: 'gone' }
    const hidden = await tracking.permissions.hiddenFrom(actor)
    if (hidden.includes(run.experiment_id)) return { id, state: 'withheld' }
    return { id, state: now.digest === digest ? 'as_sealed' : 'changed', run }
  }
}

export type Differences = ReturnType<typeof createDifferences>

function differencesOf(left: Situation, right: Situation, runs: { a: SeenRun; b: SeenRun }) {
  const requirements = requirementDifferences(left.assessment.requirements, right.assessment.requirements)
  const gate = textDifferences('gate', gateOf(left), gateOf(right))
  const content = textDifferences('content', contentOf(left.version), contentOf(right.version))
  // What one side does not show cannot be said to differ, nor to be the same.
  const unseen = [runs.a, runs.b].some(({ state }) => state === 'gone' || state === 'withheld')
  const nothing: Parts = new Map()
  const [before, now] = unseen ? [nothing, nothing] : [parametersOf(runs.a.run), parametersOf(runs.b.run)]
  const parameters = textDifferences('parameters', before, now)
  const words = textDifferences('words', wordsOf(left.version), wordsOf(right.version))
  const rest = [gate, content, parameters, words].flatMap((each) => each.differing)
  const differences: Difference[] = [...requirements.differing, ...rest]
  return {
    differences,
    same: {
      gate: requirements.same + gate.same,
      content: content.same,
      parameters: parameters.same,
      words: words.same,
    },
  }
}

function textDifferences(group: DifferenceGroup, a: Parts, b: Parts) {
  const keys = [...new Set([...a.keys(), ...b.keys()])]
  const differing = keys.flatMap((key): TextDifference[] => {
    const [before, now] = [a.get(key), b.get(key)]
    const any = now ?? before
    if (!any || before?.text === now?.text) return []
    const { part, title } = any
    // The server vouches for a difference only where it vouches for both sides.
    const said_by = [before, now].find((side) => side && side.said_by !== 'server')?.said_by ?? 'server'
    return [{ group, part, key, title, a: before?.text ?? null, b: now?.text ?? null, said_by }]
  })
  const place = ({ part }: TextDifference) => TextPart.options.indexOf(part)
  return { differing: differing.sort((one, other) => place(one) - place(other)), same: keys.length - differing.length }
}
