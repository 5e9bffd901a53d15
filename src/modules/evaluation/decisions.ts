import { digestOf } from '../../lib/digest.ts'
import { badRequest, conflict } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import { createTurns } from '../../lib/turns.ts'
import type { ActorRef } from '../audit/schema.ts'
import type { ModelVersion } from '../registry/schema.ts'
import { decisionsOf, evidenceWithDecision } from './decision-store.ts'
import { inputsOf } from './evidence.ts'
import { runDecision } from './examination/index.ts'
import type { Gathering } from './gather.ts'
import { withTask } from './materials.ts'
import { defaultLimits, type EvaluationParts, longestReproduction } from './parts.ts'
import {
  type DecisionExplanation,
  DecisionResult,
  type Evidence,
  type ExplainInput,
  ExplanationResult,
} from './schema.ts'
import * as store from './store.ts'

/** Explains one decision at a time, and says in the trail who looked at which dataset; never the row's values. */
export function createDecisions(parts: EvaluationParts, gathering: Gathering) {
  const { db, write, blobs, versions } = parts
  const limits = { ...defaultLimits, ...parts.limits }
  const inTurn = createTurns(1)

  async function explain(
    actor: ActorRef,
    model: string,
    number: number,
    { dataset, kinds, anew, ...asked }: ExplainInput,
  ): Promise<DecisionExplanation> {
    const version = await versions.get(model, number)
    const protocol = await store.findProtocol(db, version.model_id)
    if (!protocol) throw badRequest(`${model} has no evaluation protocol yet, which says what a decision is`)
    const which = whichOf(asked, protocol.protocol.id)
    const kept = anew || kinds.includes('counterfactuals') ? undefined : await findKept(version.id, which, dataset)
    if (kept) return fromEvidence(actor, version, kept)
    if (dataset === undefined) {
      throw badRequest('no evidence keeps reason codes of this decision alone: name the dataset that has its row')
    }
    const materials = await gathering.forEvaluation({
      versionId: version.id,
      dataset,
      source: { kind: 'model' },
      protocol,
      kinds: [],
    })
    const found = await inTurn(() =>
      withTask(materials, { blobs, kinds: [], limits }, (task) =>
        runDecision(
          {
            ...task,
            decision: { which, kinds },
            limits: { ...limits, timeMs: Math.min(limits.timeMs, longestReproduction) },
          },
          { signal: new AbortController().signal, report: () => {} },
        ),
      ),
    )
    const result = DecisionResult.parse(found)
    const digest = digestOf({
      kind: 'decision',
      subject: { type: 'version', id: version.id, digest: version.digest },
      inputs: inputsOf('decision', materials),
      kinds,
      result: found,
    })
    await write(actor, async (_tx, record) => {
      const detail = { dataset, protocol: protocol.digest, kinds, digest, by: 'column' in which ? which.column : 'row' }
      record('decision.explained', `version:${version.id}`, detail, [`model:${version.model_id}`])
    })
    return { model, version: number, dataset, protocol_version: protocol.version, digest, evidence: null, result }
  }

  /** The newest evidence about this dataset, or any, that keeps the decision under this column. */
  async function findKept(versionId: string, which: Which, dataset: Digest | undefined): Promise<Kept | undefined> {
    if (!('column' in which)) return undefined
    for (const evidence of await evidenceWithDecision(db, versionId, which.value)) {
      const own = evidence.inputs.find(({ role }) => role === 'dataset')?.digest
      const summary = ExplanationResult.shape.decisions.safeParse(evidence.result.decisions).data
      if (!own || !summary || summary.column !== which.column || (dataset !== undefined && own !== dataset)) continue
      return { evidence, dataset: own, digest: summary.digest, column: which.column, id: which.value }
    }
    return undefined
  }

  /** What evidence keeps is given out only while it is what the evidence was signed for, and with a record of who asked. */
  async function fromEvidence(actor: ActorRef, version: ModelVersion, kept: Kept): Promise<DecisionExplanation> {
    const { evidence, dataset, column } = kept
    const decisions = await decisionsOf(db, evidence.id)
    const result = decisions.find(({ id }) => id === kept.id)?.result
    if (!result || digestOf({ decisions }) !== kept.digest) {
      throw conflict(`the reason codes beside ${evidence.id} are not those that the evidence names`)
    }
    const input = (role: string) => evidence.inputs.find((one) => one.role === role)
    const protocol = await store.findProtocolByDigest(db, version.model_id, input('protocol')?.digest as Digest)
    if (!protocol) throw conflict(`the protocol of ${evidence.id} is not there any more`)
    const kinds: ExplainInput['kinds'] = ['reasons']
    const digest = digestOf({ kind: 'decision', subject: evidence.subject, inputs: evidence.inputs, kinds, result })
    await write(actor, async (_tx, record) => {
      const detail = { dataset, protocol: protocol.digest, kinds, digest, by: column, evidence: evidence.id }
      const about = [`model:${version.model_id}`, `evidence:${evidence.id}`] as const
      record('decision.explained', `version:${version.id}`, detail, about)
    })
    const { model, version: number } = version
    return {
      model,
      version: number,
      dataset,
      protocol_version: protocol.version,
      digest,
      evidence: evidence.id,
      result,
    }
  }

  return { explain }
}

type Which = { readonly row: number } | { readonly column: string; readonly value: string }
type Kept = {
  readonly evidence: Evidence
  readonly dataset: Digest
  readonly digest: Digest
  readonly column: string
  readonly id: string
}

function whichOf({ column, id, row }: Pick<ExplainInput, 'column' | 'id' | 'row'>, own: string | undefined): Which {
  if (row !== undefined && id !== undefined) throw badRequest('name the row by its number or by its id, not by both')
  if (row !== undefined) return { row }
  if (id === undefined)
    throw badRequest('say which row: its number from 0 (row), or the value of a column (column and id)')
  const named = column ?? own
  if (named === undefined) throw badRequest('say which column holds the id, or name it in the protocol (id)')
  return { column: named, value: String(id) }
}
