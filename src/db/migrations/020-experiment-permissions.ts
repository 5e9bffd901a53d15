import type { Migration } from '../migrate.ts'

export const experimentPermissions: Migration = {
  name: '020-experiment-permissions',
  async up(db) {
    await db.schema
      .createTable('experiment_permission')
      .addColumn('person_id', 'text', (c) => c.notNull())
      .addColumn('experiment_id', 'text', (c) => c.notNull().references('experiment.id'))
      .addColumn('permission', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('experiment_permission_pk', ['person_id', 'experiment_id'])
      .execute()
  },
}
