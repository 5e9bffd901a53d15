import type { Migration } from '../migrate.ts'

/** In the system database: tokens of one workspace, and the secret of before a rotation. */
export const tokenRotation: Migration = {
  name: '034-token-rotation',
  async up(db) {
    for (const column of ['workspace', 'previous_hash', 'previous_until', 'rotated_at'] as const) {
      await db.schema.alterTable('token').addColumn(column, 'text').execute()
    }
    await db.schema.createIndex('token_previous').on('token').column('previous_hash').execute()
  },
}
