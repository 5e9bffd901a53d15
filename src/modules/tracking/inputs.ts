import type { ActorRef } from '../audit/schema.ts'
import { aboutRun, demandActiveRun } from './active-run.ts'
import type { TrackingParts } from './experiments.ts'
import { checkLength, limits } from './rules.ts'
import { addContributor, countInputs, insertInputs } from './run-store.ts'
import type { RunInput } from './schema.ts'

/** The tag that says what a dataset was read for, such as training. */
export const contextTag = 'mlflow.data.context'

/** The datasets that a run read. */
export function createInputs({ connection, write }: TrackingParts) {
  async function logInputs(actor: ActorRef, runId: string, inputs: readonly RunInput[]): Promise<void> {
    for (const input of inputs) checkInput(input)
    if (inputs.length === 0) {
      await demandActiveRun(connection.db, runId)
      return
    }
    await write(actor, async (tx, record) => {
      const row = await demandActiveRun(tx, runId)
      const known = await countInputs(tx, runId)
      const rows = inputs.map(({ tags, ...input }, index) => ({
        run_id: runId,
        experiment_id: row.experiment_id,
        position: known + index,
        ...input,
        context: tags.find(({ key }) => key === contextTag)?.value ?? null,
        tags: JSON.stringify(tags),
      }))
      await insertInputs(tx, connection.engine, rows)
      await addContributor(tx, runId, actor.id)
      const datasets = inputs.slice(0, 20).map(({ name, digest }) => ({ name, digest }))
      record('run.inputs_logged', `run:${runId}`, { datasets, count: inputs.length }, aboutRun(row))
    })
  }

  return { logInputs }
}

function checkInput({ name, digest, source, schema, profile, tags }: RunInput): void {
  checkLength(name, limits.datasetName, 'name')
  checkLength(digest, limits.datasetDigest, 'digest')
  checkLength(source, limits.datasetSource, 'source')
  if (schema !== null) checkLength(schema, limits.datasetSchema, 'schema')
  if (profile !== null) checkLength(profile, limits.datasetProfile, 'profile')
  for (const { key, value } of tags) {
    checkLength(key, limits.inputTagKey, 'key')
    checkLength(value, limits.inputTagValue, 'value')
  }
}
