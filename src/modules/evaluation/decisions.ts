import { digestOf } from '../../lib/digest.ts'
import { badRequest } from '../../lib/errors.ts'
import { createTurns } from '../../lib/turns.ts'
import type { ActorRef } from '../audit/schema.ts'
import { inputsOf } from './evidence.ts'
import { runDecision } from './examination/index.ts'
import type { Gathering } from './gather.ts'
import { withTask } from './materials.ts'
import { defaultLimits, type EvaluationParts, longestReproduction } from './parts.ts'
import { type DecisionExplanation, DecisionResult, type ExplainInput } from './schema.ts'
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
    { dataset, kinds, ...asked }: ExplainInput,
  ): Promise<DecisionExplanation> {
    const version = await versions.get(model, number)
    const protocol = await store.findProtocol(db, version.model_id)
    if (!protocol) throw badRequest(`${model} has no evaluation protocol yet, which says what a decision is`)
    const which = whichOf(asked, protocol.protocol.id)
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
    return { model, version: number, dataset, protocol_version: protocol.version, digest, result }
  }

  return { explain }
}

function whichOf({ column, id, row }: Pick<ExplainInput, 'column' | 'id' | 'row'>, own: string | undefined) {
  if (row !== undefined && id !== undefined) throw badRequest('name the row by its number or by its id, not by both')
  if (row !== undefined) return { row }
  if (id === undefined)
    throw badRequest('say which row: its number from 0 (row), or the value of a column (column and id)')
  const named = column ?? own
  if (named === undefined) throw badRequest('say which column holds the id, or name it in the protocol (id)')
  return { column: named, value: String(id) }
}
