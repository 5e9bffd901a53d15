import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { sha256 } from '../../lib/digest.ts'
import { type Actor, permits } from '../access/schema.ts'
import {
  type Policies,
  parsePolicy,
  parseTests,
  readPolicy,
  readTests,
  runTests,
  sentencesOf,
} from '../policy/index.ts'
import type {
  PolicyDocument,
  PolicyPlan,
  PolicyText,
  PolicyVersion,
  Publication,
  TestResults,
} from '../policy/schema.ts'
import { getLine, listEnvironments, versionsInPlay } from '../registry/index.ts'
import type { Situations } from '../reviews/index.ts'
import { compareAt, planOf, withCandidate } from './plan.ts'
import type { Preview, PreviewedVersion, PreviewInput, Subject } from './schema.ts'

type Parts = {
  db: Db
  roles: () => Promise<readonly string[]>
  clock: Clock
  policies: Policies
  situations: Situations
}
export type Studio = ReturnType<typeof createStudio>

/** Where policies are written: what a text says, what it would change, and its publication. */
export function createStudio({ db, clock, policies, situations, roles }: Parts) {
  const look = async () => ({ situations, published: await policies.published(), at: isoNow(clock) })

  async function plan(actor: Actor, text: string): Promise<PolicyPlan> {
    return visible(actor, await planOf(db, { document: readPolicy(text), text }, await look()))
  }

  function test({ text, tests }: PolicyText): TestResults {
    const document = readPolicy(text)
    return tests === null ? { passed: 0, failed: 0, cases: [] } : runTests(document, readTests(tests, document.name))
  }

  async function preview(actor: Actor, { text, tests, on }: PreviewInput): Promise<Preview> {
    const parsed = parsePolicy(text, await roles())
    const digest = sha256(text)
    const nothing = { document: null, digest, sentences: [], tests: null, versions: [], test_problems: [] }
    if (parsed.outcome === 'refused') return { ...nothing, problems: parsed.problems }
    const { document, lineOf } = parsed
    const read = tests === null ? null : parseTests(tests, document.name)
    return {
      ...nothing,
      problems: [],
      test_problems: read?.outcome === 'refused' ? read.problems : [],
      document,
      sentences: sentencesOf(document).map((each) => ({ ...each, line: lineOf(placeOf(document, each.id)) })),
      tests: read?.outcome === 'parsed' ? runTests(document, read) : null,
      versions: await judged(actor, { document, text }, on),
    }
  }

  async function judged(actor: Actor, candidate: { document: PolicyDocument; text: string }, on?: readonly Subject[]) {
    const parts = await look()
    const next = withCandidate(parts.published, candidate)
    const subjects = on ?? (await subjectsFor(candidate.document))
    const found: PreviewedVersion[] = []
    for (const subject of subjects) {
      const { model, environment } = subject
      if (!permits(actor, 'registry.read', model)) continue
      const { id, version } = await getLine(db, model, subject.version)
      const { before, renewed } = await compareAt(db, id, environment, parts, next)
      found.push({
        model,
        version,
        environment,
        before: before.assessment.outcome,
        after: renewed.outcome,
        requirements: renewed.requirements.filter(({ policy }) => policy.name === candidate.document.name),
      })
    }
    return found
  }

  /** Three versions of different models that the text is about, as far as there are so many. */
  async function subjectsFor({ scope }: PolicyDocument): Promise<Subject[]> {
    const known = (await listEnvironments(db)).map(({ name }) => name)
    const environment = scope.environments.find((name) => known.includes(name))
    if (environment === undefined) return []
    const inPlay = await versionsInPlay(db, scope.tiers, 200)
    const first = [...new Map(inPlay.toReversed().map((each) => [each.model, each])).values()].toReversed()
    const rest = inPlay.filter((each) => !first.includes(each))
    return [...first, ...rest].slice(0, 3).map(({ model, version }) => ({ model, version, environment }))
  }

  /** The plan is made before the write, so that a long look at many versions keeps nobody from writing. */
  async function publish(actor: Actor, name: string, version: number): Promise<PolicyVersion> {
    const { text, document, state } = await policies.get(name, version)
    const made = state === 'draft' ? await planOf(db, { document, text }, await look()) : null
    return policies.publish(actor, name, version, made)
  }

  async function publication(actor: Actor, name: string, version: number): Promise<Publication> {
    const found = await policies.publication(name, version)
    return { ...found, plan: found.plan && visible(actor, found.plan) }
  }

  return { plan, test, preview, publish, publication }
}

/** Counts are for everybody who reads policies; models by name only for those who may see them. */
function visible(actor: Actor, plan: PolicyPlan): PolicyPlan {
  return { ...plan, changes: plan.changes.filter(({ model }) => permits(actor, 'registry.read', model)) }
}

function placeOf(document: PolicyDocument, id: string): (string | number)[] {
  for (const list of ['evidence', 'checks', 'approvals'] as const) {
    const index = document[list].findIndex((rule) => rule.id === id)
    if (index >= 0) return [list, index]
  }
  return []
}
