import type { Db } from '../../db/database.ts'
import { notFound } from '../../lib/errors.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { Thing } from '../audit/schema.ts'
import type { Gate } from '../gate/index.ts'
import { findEnvironment, listEnvironments } from '../registry/index.ts'
import type { Environment } from '../registry/schema.ts'
import { environmentOf } from './namespaces.ts'
import type { AdmissionAnswer, AdmissionQuestion } from './question.ts'
import { type Resolved, resolve } from './resolve.ts'
import type { AdmissionRules, AdmissionRulesInput } from './schema.ts'
import * as store from './store.ts'
import { allowedText, deniedText, mildWarnings, type Told, withoutModelText } from './words.ts'

export type AdmissionParts = {
  readonly db: Db
  readonly write: Write
  readonly gate: Pick<Gate, 'askIn' | 'look'>
  /** Where links in answers lead. */
  readonly publicUrl: string
  /** Every environment answers in observe mode, whatever it is set to. */
  readonly observe: boolean
}

export type Admission = ReturnType<typeof createAdmission>

/** Each is looked up while a cluster waits. */
const mostReferences = 50
/** Problems that an event keeps; the answer has them all. */
const mostKept = 20

const atFirst = (environment: string): AdmissionRules => ({ environment, namespaces: [], without_model: 'allow' })

/** Whether a workload of a cluster may run: the gate's verdict about every version that it names. */
export function createAdmission({ db, write, gate, publicUrl, observe }: AdmissionParts) {
  async function rules(): Promise<AdmissionRules[]> {
    const set = new Map((await store.listRules(db)).map((each) => [each.environment, each]))
    return (await listEnvironments(db)).map(({ name }) => set.get(name) ?? atFirst(name))
  }

  function setRules(actor: Actor, environment: string, input: AdmissionRulesInput): Promise<AdmissionRules> {
    return write(actor, async (tx, record) => {
      if (!(await findEnvironment(tx, environment))) throw notFound('environment', environment)
      const before = (await store.listRules(tx)).find((each) => each.environment === environment)
      const { namespaces, without_model } = before ?? atFirst(environment)
      const after = {
        environment,
        namespaces: [...new Set(input.namespaces ?? namespaces)].sort(),
        without_model: input.without_model ?? without_model,
      }
      await store.putRules(tx, after)
      record('environment.admission_set', `environment:${environment}`, {
        before: before ? { namespaces, without_model } : null,
        after: { namespaces: after.namespaces, without_model: after.without_model },
      })
      return after
    })
  }

  async function review(actor: Actor, question: AdmissionQuestion): Promise<AdmissionAnswer> {
    const all = await rules()
    const { namespace } = question.request
    const name = question.environment ?? environmentOf(all, namespace)
    if (name === undefined) return quiet(`The namespace ${namespace} belongs to no environment.`)
    const environment = await findEnvironment(db, name)
    if (!environment) throw notFound('environment', name)
    const resolved = await resolve(db, question.references.slice(0, mostReferences))
    if (question.references.length > mostReferences) {
      resolved.problems.push(`more than ${mostReferences} versions are named, which nobody can look through in time`)
    }
    const { versions, problems } = resolved
    if (versions.length === 0 && problems.length === 0) {
      const { without_model } = all.find((each) => each.environment === name) ?? atFirst(name)
      if (without_model === 'allow') return quiet('No model is named.')
      problems.push(withoutModelText(question, name))
    }
    for (const model of new Set(versions.map((each) => each.model))) {
      if (!permits(actor, 'gate.check', model)) {
        problems.push(`the account ${actor.login} may not ask the gate about ${model}`)
      }
    }
    return question.keep ? kept(actor, question, environment, resolved) : tried(actor, environment, resolved)
  }

  function kept(actor: Actor, { request }: AdmissionQuestion, environment: Environment, resolved: Resolved) {
    return write(actor, async (tx, record) => {
      const told: (Told & { id: string; version_id: string })[] = []
      for (const { model, version } of askable(actor, resolved)) {
        told.push(await gate.askIn(tx, record, actor, { model, version, environment: environment.name }))
      }
      const answer = answerOf(environment, told, resolved)
      const about: Thing[] = told.flatMap(({ id, version_id }): Thing[] => [`verdict:${id}`, `version:${version_id}`])
      const { allowed, verdicts } = answer
      const problems = resolved.problems.slice(0, mostKept)
      record(
        'admission.answered',
        `environment:${environment.name}`,
        { ...request, allowed, verdicts, problems },
        about,
      )
      return answer
    })
  }

  async function tried(actor: Actor, environment: Environment, resolved: Resolved) {
    const told: Told[] = []
    for (const { model, version } of askable(actor, resolved)) {
      told.push(await gate.look(actor, { model, version, environment: environment.name }))
    }
    return answerOf(environment, told, resolved)
  }

  function answerOf({ mode }: Environment, told: readonly Told[], { problems, notes }: Resolved) {
    const stops = mode === 'enforce' && !observe
    const allowed = !stops || (problems.length === 0 && told.every(({ proceed }) => proceed))
    return {
      allowed,
      message: allowed
        ? allowedText(told.filter(({ outcome }) => outcome !== 'denied'))
        : deniedText(told, problems, publicUrl),
      warnings: [...(allowed ? mildWarnings(told, problems, publicUrl) : []), ...notes],
      verdicts: told.flatMap(({ id }) => (id === undefined ? [] : [id])),
    }
  }

  return { rules, setRules, review }
}

const quiet = (message: string): AdmissionAnswer => ({ allowed: true, message, warnings: [], verdicts: [] })

const askable = (actor: Actor, { versions }: Resolved) =>
  versions.filter(({ model }) => permits(actor, 'gate.check', model))
