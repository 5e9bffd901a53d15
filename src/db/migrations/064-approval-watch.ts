import type { Migration } from '../migrate.ts'

/** What the server last saw of every approval that something changed under. */
export const approvalWatch: Migration = {
  name: '064-approval-watch',
  async up(db) {
    await db.schema
      .createTable('approval_watch')
      .addColumn('decision_id', 'text', (c) => c.primaryKey().references('decision.id'))
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('seen_at', 'text', (c) => c.notNull())
      .execute()
  },
}
