import type { Migration } from '../migrate.ts'

/** What two people let run although the gate denied it, for some hours, and how many an environment permits. */
export const breakGlass: Migration = {
  name: '054-break-glass',
  async up(db) {
    await db.schema
      .createTable('break_glass')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('hours', 'integer', (c) => c.notNull())
      .addColumn('requested_by', 'text', (c) => c.notNull())
      .addColumn('requested_at', 'text', (c) => c.notNull())
      .addColumn('lapses_at', 'text', (c) => c.notNull())
      .addColumn('confirmed_by', 'text')
      .addColumn('confirmed_at', 'text')
      .addColumn('confirm_reason', 'text')
      .addColumn('until', 'text')
      .addColumn('finding_id', 'text')
      .addColumn('verdict_id', 'text')
      .addColumn('ended_by', 'text')
      .addColumn('ended_at', 'text')
      .addColumn('end_reason', 'text')
      .execute()
    await db.schema
      .createIndex('break_glass_version')
      .on('break_glass')
      .columns(['version_id', 'environment', 'until'])
      .execute()
    await db.schema.createIndex('break_glass_time').on('break_glass').columns(['requested_at', 'id']).execute()
    await db.schema
      .createTable('break_glass_rules')
      .addColumn('environment', 'text', (c) => c.primaryKey().references('environment.name'))
      .addColumn('longest_hours', 'integer', (c) => c.notNull())
      .execute()
  },
}
