import type { Migration } from '../migrate.ts'

/** What an approval was given on condition of, who sees to it, and by when. The signed decision has the texts, too. */
export const conditions: Migration = {
  name: '057-conditions',
  async up(db) {
    await db.schema
      .createTable('approval_condition')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('decision_id', 'text', (c) => c.notNull().references('decision.id'))
      .addColumn('review_id', 'text', (c) => c.notNull())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('owner', 'text', (c) => c.notNull())
      .addColumn('due_at', 'text', (c) => c.notNull())
      .addColumn('set_by', 'text', (c) => c.notNull())
      .addColumn('set_at', 'text', (c) => c.notNull())
      .addColumn('warn_at', 'text')
      .addColumn('report', 'text')
      .addColumn('reported_at', 'text')
      .addColumn('proof', 'text')
      .addColumn('evidence', 'text', (c) => c.notNull())
      .addColumn('confirmed_by', 'text')
      .addColumn('confirmed_at', 'text')
      .addColumn('lapsed_at', 'text')
      .execute()
    const index = (name: string, columns: string[]) =>
      db.schema.createIndex(name).on('approval_condition').columns(columns).execute()
    await index('approval_condition_version', ['version_id', 'environment'])
    await index('approval_condition_owner', ['owner', 'due_at'])
    await index('approval_condition_due', ['confirmed_at', 'lapsed_at', 'due_at'])
  },
}
