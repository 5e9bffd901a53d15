import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/**
 * `in_order` is 1 while the steps of a series and its times rise together: then its primary key has the points in the order of
 * time as well, and a history is read along it. What writes a series without saying so gets 0, which is always right.
 */
export const seriesOrder: Migration = {
  name: '024-tracking-series-order',
  async up(db) {
    await db.schema
      .alterTable('metric_latest')
      .addColumn('in_order', 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
    await sql`update metric_latest set in_order = 1 where series not in (
      select x.series from (
        select series, timestamp, lag(timestamp) over (partition by series order by step, timestamp) as before
        from metric_point
      ) as x where x.timestamp < x.before)`.execute(db)
  },
}
