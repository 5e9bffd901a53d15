import type { Migration } from '../migrate.ts'

/** Requirements of a policy that somebody lets a version run without, for a time. Rows are never removed while the version is there. */
export const requirementWaivers: Migration = {
  name: '050-requirement-waivers',
  async up(db) {
    await db.schema
      .createTable('requirement_waiver')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('policy', 'text', (c) => c.notNull())
      .addColumn('policy_version', 'integer', (c) => c.notNull())
      .addColumn('requirement', 'text', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('rule_digest', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('control', 'text', (c) => c.notNull())
      .addColumn('roles', 'text', (c) => c.notNull())
      .addColumn('until', 'text', (c) => c.notNull())
      .addColumn('given_by', 'text', (c) => c.notNull())
      .addColumn('given_at', 'text', (c) => c.notNull())
      .addColumn('withdrawn_at', 'text')
      .addColumn('withdrawn_by', 'text')
      .execute()
    await db.schema
      .createIndex('requirement_waiver_version')
      .on('requirement_waiver')
      .columns(['version_id', 'environment', 'until'])
      .execute()
  },
}
