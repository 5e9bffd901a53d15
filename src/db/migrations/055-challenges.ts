import type { Migration } from '../migrate.ts'

/** How comparisons of a champion with a challenger ended, signed. */
export const challenges: Migration = {
  name: '055-challenges',
  async up(db) {
    await db.schema
      .createTable('challenge')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('alias', 'text', (c) => c.notNull())
      .addColumn('champion_id', 'text', (c) => c.notNull())
      .addColumn('champion', 'integer', (c) => c.notNull())
      .addColumn('challenger_id', 'text', (c) => c.notNull())
      .addColumn('challenger', 'integer', (c) => c.notNull())
      .addColumn('outcome', 'text', (c) => c.notNull())
      .addColumn('decided_by', 'text', (c) => c.notNull())
      .addColumn('decided_at', 'text', (c) => c.notNull())
      .addColumn('verdict_id', 'text')
      .addColumn('document', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('key_id', 'text', (c) => c.notNull())
      .addColumn('signature', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('challenge_model').on('challenge').columns(['model_id', 'decided_at', 'id']).execute()
    await db.schema.createIndex('challenge_champion').on('challenge').columns(['champion_id', 'id']).execute()
    await db.schema.createIndex('challenge_challenger').on('challenge').columns(['challenger_id', 'id']).execute()
  },
}
