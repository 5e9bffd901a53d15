import type { Tx } from '../../db/database.ts'

/** What hangs on an experiment beside its runs and traces. Evaluation datasets stay, and are linked to it no more. */
export async function removeOfExperiment(tx: Tx, experiment: string): Promise<void> {
  const scorers = tx.selectFrom('scorer').select('id').where('experiment_id', '=', experiment)
  await tx.deleteFrom('scorer_version').where('scorer_id', 'in', scorers).execute()
  await tx.deleteFrom('scorer').where('experiment_id', '=', experiment).execute()
  await tx.deleteFrom('trace_issue').where('experiment_id', '=', experiment).execute()
  await tx.deleteFrom('evaluation_dataset_experiment').where('experiment_id', '=', experiment).execute()
}
