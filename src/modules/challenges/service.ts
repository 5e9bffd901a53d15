import type { Db, Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { canonicalJson } from '../../lib/json.ts'
import type { SigningKey } from '../../lib/keys.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { PersonId, Thing } from '../audit/schema.ts'
import type { AliasMove, Verdict } from '../gate/schema.ts'
import {
  getLine,
  getModel,
  getVersion,
  modelNames,
  newestLine,
  protectorsOf,
  type VersionLine,
} from '../registry/index.ts'
import type { Model, ModelVersion } from '../registry/schema.ts'
import { type Compared, comparedNow, suggestionOf } from './compared.ts'
import { createDifferences, type DifferenceParts } from './differences.ts'
import type {
  ChallengeDocument,
  ChallengeId,
  ChallengeInput,
  ChallengeQuery,
  ChallengeResult,
  ChallengeSheet,
  SignedChallenge,
} from './schema.ts'
import * as store from './store.ts'
import { signChallenge } from './verify.ts'

type Reasons = { rule: string; message: string }[]
type Question = { model: string; version: number; environment: string }

export type ChallengeParts = DifferenceParts & {
  readonly write: Write
  readonly key: SigningKey
  readonly gate: {
    look(actor: Actor, question: Question): Promise<Pick<Verdict, 'outcome' | 'proceed' | 'path' | 'break_glass'>>
    moveIn(
      tx: Tx,
      record: RecordEvent,
      actor: Actor,
      move: { model: string; alias: string; version: number },
    ): Promise<AliasMove>
  }
  /** What separation of duties says against somebody who would decide about a version. */
  readonly conflictsAbout: (actor: Actor, version: ModelVersion, requester: PersonId | null) => Promise<Reasons>
}

export type Challenges = ReturnType<typeof createChallenges>

/**
 * A challenger against the version that an alias points to: the comparison ends in a signed decision, which moves the alias
 * through the gate in the same write. Whoever promotes a version has not made it.
 */
export function createChallenges(parts: ChallengeParts) {
  const { db, write, clock, key, gate, conflictsAbout } = parts

  async function sheet(
    actor: Actor,
    name: string,
    { alias, challenger: wanted }: ChallengeQuery,
  ): Promise<ChallengeSheet> {
    const model = await getModel(db, name)
    const champion = await championOf(db, model, alias)
    const challenger = wanted === undefined ? await newestLine(db, name) : await getLine(db, name, wanted)
    if (!challenger || challenger.id === champion.id)
      throw conflict(`version ${champion.version} is ${alias} of ${name} itself`)
    const compared = await comparedNow(db, name, { champion, challenger })
    const guards: ChallengeSheet['guards'] = []
    for (const { name: environment } of await protectorsOf(db, model, alias)) {
      const { outcome, proceed, path, break_glass } = await gate.look(actor, {
        model: name,
        version: challenger.version,
        environment,
      })
      guards.push({ environment, outcome, proceed, path, break_glass: break_glass?.id ?? null })
    }
    return {
      model: name,
      alias,
      champion: champion.version,
      challenger: challenger.version,
      comparison: compared.digest,
      evidence: compared.evidence,
      suggested: suggestionOf(compared.comparison),
      conflicts: await conflictsAbout(actor, await getVersion(db, name, challenger.version), null),
      guards,
    }
  }

  async function decide(actor: Actor, name: string, input: ChallengeInput): Promise<ChallengeResult> {
    if (actor.id === 'server') throw badRequest('a person decides')
    const decided_by = actor.id
    const { alias, outcome } = input
    if (input.champion === input.challenger) throw badRequest('a version does not challenge itself')
    const version = await getVersion(db, name, input.challenger)
    const conflicts = await conflictsAbout(actor, version, null)
    const reasons = outcome === 'promoted' ? conflicts : conflicts.filter(({ rule }) => rule === 'person')
    if (reasons.length > 0) return refuse(actor, version, input, reasons)
    return write(actor, async (tx, record) => {
      const model = await getModel(tx, name)
      const champion = await championOf(tx, model, alias)
      if (champion.version !== input.champion) {
        throw conflict(`${alias} of ${name} is version ${champion.version} by now; compare with that`)
      }
      const challenger = await getLine(tx, name, input.challenger)
      const compared = await comparedNow(tx, name, { champion, challenger })
      if (compared.digest !== input.comparison) {
        throw conflict('the comparison is not what you saw; look at it again', { comparison: compared.digest })
      }
      const move = outcome === 'promoted' ? await gate.moveIn(tx, record, actor, moveOf(name, input)) : undefined
      if (move?.outcome === 'blocked') {
        const { environment, path, id } = move.verdict
        return { outcome: 'blocked', environment, path, verdict: id }
      }
      const verdict = move?.verdict?.id ?? null
      const said = { model, champion, challenger, compared, verdict, developers: makersOf(version) }
      const challenge = signChallenge(documentOf(input, decided_by, said), key)
      await store.insertChallenge(tx, rowOf(challenge))
      const { digest, document } = challenge
      const { materiality, reason } = input
      record(
        'challenge.decided',
        `challenge:${document.id}`,
        { alias, champion: champion.version, challenger: challenger.version, outcome, materiality, reason, digest },
        thingsOf(document),
      )
      return { outcome: 'recorded', challenge }
    })
  }

  type Said = {
    model: Model
    champion: VersionLine
    challenger: VersionLine
    compared: Compared
    verdict: string | null
    developers: PersonId[]
  }

  function documentOf(input: ChallengeInput, decided_by: PersonId, said: Said): ChallengeDocument {
    const { model, champion, challenger, compared, verdict, developers } = said
    const { alias, outcome, materiality, reason } = input
    const side = ({ id, version, digest }: VersionLine) => ({ id, version, digest })
    return {
      format: 'modelkeep-challenge-1',
      id: newId('chl', clock.now().getTime()) as ChallengeId,
      model: { id: model.id, name: model.name },
      alias,
      champion: side(champion),
      challenger: side(challenger),
      comparison: compared.digest,
      evidence: compared.evidence,
      outcome,
      materiality,
      reason,
      decided_by,
      decided_at: isoNow(clock),
      developers,
      verdict,
    }
  }

  function refuse(actor: Actor, { id, model_id }: ModelVersion, input: ChallengeInput, reasons: Reasons) {
    return write(actor, async (_tx, record): Promise<ChallengeResult> => {
      const { alias, outcome, challenger } = input
      record('challenge.refused', `version:${id}`, { alias, outcome, challenger, reasons }, [`model:${model_id}`])
      return { outcome: 'refused', reasons }
    })
  }

  async function list(name: string): Promise<SignedChallenge[]> {
    const model = await getModel(db, name)
    return (await store.listChallenges(db, model.id)).map(store.toSigned)
  }

  async function find(actor: Actor, id: string): Promise<SignedChallenge> {
    const row = await store.findChallenge(db, id)
    const name = row && (await modelNames(db, [row.model_id])).get(row.model_id)
    if (!row || name === undefined || !permits(actor, 'evaluation.read', name)) throw notFound('challenge', id)
    return store.toSigned(row)
  }

  return { sheet, decide, list, find, differences: createDifferences(parts) }
}

const makersOf = ({ developers, registered_by }: ModelVersion) => [...new Set([...developers, registered_by])]

const moveOf = (model: string, { alias, challenger }: ChallengeInput) => ({ model, alias, version: challenger })

async function championOf(db: Db, model: Model, alias: string): Promise<VersionLine> {
  const known = model.aliases.find((each) => each.alias === alias)
  if (!known) throw notFound(`alias of ${model.name}`, alias)
  return getLine(db, model.name, known.version)
}

const thingsOf = ({ model, champion, challenger, verdict }: ChallengeDocument): Thing[] => [
  `model:${model.id}`,
  `version:${champion.id}`,
  `version:${challenger.id}`,
  ...(verdict === null ? [] : [`verdict:${verdict}` as const]),
]

function rowOf({ document, digest, key_id, signature }: SignedChallenge) {
  const { id, alias, outcome, decided_by, decided_at } = document
  return {
    ...{ id, alias, outcome, decided_by, decided_at, digest, key_id, signature },
    model_id: document.model.id,
    champion_id: document.champion.id,
    champion: document.champion.version,
    challenger_id: document.challenger.id,
    challenger: document.challenger.version,
    verdict_id: document.verdict,
    document: canonicalJson(document),
  }
}
