import { PostgresDialect } from 'kysely'
import pg from 'pg'

const int8 = 20
const numeric = 1700

/** Numbers come back as numbers: counts and milliseconds stay far below 2^53. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === int8 || oid === numeric) return Number
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

/** As for disks without a head to move: with PostgreSQL's own figures a page of a search is planned as a walk through whole tables. */
const planning = '-c random_page_cost=1.1 -c jit=off'

/** A pool whose connections live in one schema, because a workspace is a schema. */
export function openPostgres(url: string, schema: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types: types as pg.CustomTypesConfig,
    options: `-c search_path=${schema} -c default_transaction_isolation=read\\ committed ${planning}`,
  })
  // An idle connection that the server closes is replaced at the next query.
  pool.on('error', () => {})
  return pool
}

export function postgresDialect(pool: pg.Pool): PostgresDialect {
  return new PostgresDialect({ pool })
}
