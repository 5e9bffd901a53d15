import type { Migration } from '../migrate.ts'

/** Runs are looked for by name. */
export const runNames: Migration = {
  name: '030-run-names',
  async up(db) {
    await db.schema.createIndex('run_name').on('run').columns(['experiment_id', 'name', 'id']).execute()
  },
}
