import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const page = 500

/** Verdicts that hold no longer although their time is not over; `serial` counts them. */
export const verdictRevocations: Migration = {
  name: '051-verdict-revocations',
  async up(db) {
    await db.schema.alterTable('verdict').addColumn('expires_at', 'text').execute()
    for (let after = ''; ; ) {
      const { rows } = await sql<{
        id: string
        body: string
      }>`select id, body from verdict where id > ${after} order by id limit ${page}`.execute(db)
      for (const { id, body } of rows) {
        const { expires_at } = JSON.parse(body) as { expires_at: string }
        await sql`update verdict set expires_at = ${expires_at} where id = ${id}`.execute(db)
      }
      const last = rows.at(-1)
      if (!last) break
      after = last.id
    }
    await db.schema.createIndex('verdict_end').on('verdict').columns(['expires_at', 'id']).execute()
    await db.schema
      .createTable('verdict_revocation')
      .addColumn('serial', 'integer', (c) => c.primaryKey())
      .addColumn('verdict_id', 'text', (c) => c.notNull().unique())
      .addColumn('model_id', 'text', (c) => c.notNull())
      .addColumn('version_id', 'text', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('cause', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('revoked_by', 'text', (c) => c.notNull())
      .addColumn('revoked_at', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('verdict_revocation_end').on('verdict_revocation').column('expires_at').execute()
  },
}
