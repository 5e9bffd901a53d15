import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import type { PointRow } from './tables.ts'

/** One key of one run: its number, the range of its steps, and whether its points are in the order of time by primary key. */
export type Series = { series: number; run_id: string; first_step: number; last_step: number; in_order: 0 | 1 }
export type Point = Omit<PointRow, 'series'>

export async function findSeries(db: Db, runIds: readonly string[], key: string): Promise<Series[]> {
  return db
    .selectFrom('metric_latest as l')
    .select((eb) => [
      'l.series',
      'l.run_id',
      'l.step as last_step',
      'l.in_order',
      eb
        .selectFrom('metric_point as p')
        .select(({ fn }) => fn.min('p.step').as('first'))
        .whereRef('p.series', '=', 'l.series')
        .$asScalar()
        .$notNull()
        .as('first_step'),
    ])
    .where('l.run_id', 'in', runIds)
    .where('l.key', '=', key)
    .orderBy('l.run_id')
    .execute()
}

const byKey = ['step', 'timestamp', 'value', 'is_nan'] as const
const byTime = ['timestamp', 'step', 'value', 'is_nan'] as const

/** Points by time, step and value, beginning after one of them. A series that is in order is read along its key. */
export async function readPoints(
  db: Db,
  { series, in_order }: Pick<Series, 'series' | 'in_order'>,
  { limit, after }: { limit: number; after?: Point | undefined },
): Promise<Point[]> {
  const order = in_order === 1 ? byKey : byTime
  let points = db.selectFrom('metric_point').select(byKey).where('series', '=', series).limit(limit)
  for (const column of order) points = points.orderBy(column)
  if (after) {
    const columns = sql.join(order.map((column) => sql.ref(column)))
    const place = sql.join(order.map((column) => after[column]))
    points = points.where(sql<boolean>`(${columns}) > (${place})`)
  }
  return points.execute()
}

/** The first points by primary key of several series: no more than `limit` in all. */
export async function readTogether(db: Db, series: readonly number[], limit: number): Promise<PointRow[]> {
  let points = db.selectFrom('metric_point').selectAll().where('series', 'in', series).orderBy('series').limit(limit)
  for (const column of byKey) points = points.orderBy(column)
  return points.execute()
}

/** Points at some of the steps, by step, time and value. */
export async function readAtSteps(db: Db, series: number, steps: readonly number[], limit: number): Promise<Point[]> {
  let points = db.selectFrom('metric_point').select(byKey).where('series', '=', series).where('step', 'in', steps)
  for (const column of byKey) points = points.orderBy(column)
  return points.limit(limit).execute()
}

/** How many points lie between two steps; counting ends at `most`. */
export async function countBetween(
  db: Db,
  series: readonly number[],
  [from, to]: readonly [number, number],
  most: number,
): Promise<number> {
  const { rows } = await sql<{ points: number }>`select count(*) as points from (
    select 1 from metric_point where series in (${sql.join(series)}) and step >= ${from} and step <= ${to}
    limit ${most}) as x`.execute(db)
  return rows[0]?.points ?? 0
}

/**
 * Of the different steps of all series between two steps: all of them or, when they are more than `most`, `most` of them at equal
 * distances in their order, and the last one.
 */
export async function sampleExactly(
  db: Db,
  series: readonly number[],
  [from, to]: readonly [number, number],
  most: number,
): Promise<number[]> {
  // The n-th of the sample is number floor(n * width). For number i only two n can be that.
  const width = sql`(n.steps * 1.0 / ${sql.lit(most)})`
  const near = sql`floor(n.i / ${width})`
  const picked = (k: typeof near) => sql`(${k} < ${sql.lit(most)} and floor(${k} * ${width}) = n.i)`
  const { rows } = await sql<{ step: number }>`
    with s as (
      select distinct step from metric_point
      where series in (${sql.join(series)}) and step >= ${from} and step <= ${to}
    ), n as (select step, row_number() over (order by step) - 1 as i, count(*) over () as steps from s)
    select n.step from n
    where n.steps <= ${sql.lit(most)} or n.i = n.steps - 1 or ${picked(near)} or ${picked(sql`(${near} + 1)`)}
    order by n.step`.execute(db)
  return rows.map(({ step }) => step)
}

/**
 * Where there are too many points to number their steps: for each of `most` places at equal distances the first step from there
 * on, and the last step of each series, found by the primary key. Of a series without gaps in its steps this is the same sample.
 */
export async function sampleBySeeking(
  db: Db,
  series: readonly number[],
  [from, to]: readonly [number, number],
  most: number,
): Promise<number[]> {
  const place = sql`${sql.lit(from)} + floor(k.i * ${sql.lit((to - from + 1) / most)})`
  const { rows } = await sql<{ step: number }>`
    with recursive k(i) as (select 0 union all select i + 1 from k where i + 1 < ${sql.lit(most)})
    select distinct x.step from (
      select k.i, min((select min(p.step) from metric_point p
        where p.series = l.series and p.step >= ${place} and p.step <= ${to})) as step
      from k cross join metric_latest l where l.series in (${sql.join(series)}) group by k.i
      union all
      select -1, (select max(p.step) from metric_point p
        where p.series = l.series and p.step >= ${from} and p.step <= ${to})
      from metric_latest l where l.series in (${sql.join(series)})
    ) as x where x.step is not null order by x.step`.execute(db)
  return rows.map(({ step }) => step)
}
