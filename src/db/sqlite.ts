import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { SqliteDialect, type SqliteStatement } from 'kysely'

/** Statements kept prepared per connection; the least recently used one goes first. */
const keptStatements = 500

/**
 * One connection: WAL so that readers never wait for the writer, `synchronous=FULL` so that an acknowledged commit
 * survives a power cut.
 */
export function openSqlite(path: string, { readOnly = false } = {}): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 10_000 })
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = full')
  database.exec('pragma foreign_keys = on')
  database.exec('pragma cache_size = -32000')
  database.exec('pragma temp_store = memory')
  if (readOnly) database.exec('pragma query_only = on')
  return database
}

/** Kysely's SQLite dialect over `node:sqlite`, with prepared statements kept by their text. */
export function sqliteDialect(database: DatabaseSync): SqliteDialect {
  const prepared = new Map<string, SqliteStatement>()

  function prepare(sql: string): SqliteStatement {
    const known = prepared.get(sql)
    if (known) prepared.delete(sql)
    const statement = known ?? kyselyStatement(database, sql)
    prepared.set(sql, statement)
    if (prepared.size > keptStatements) {
      const oldest = prepared.keys().next().value
      if (oldest !== undefined) prepared.delete(oldest)
    }
    return statement
  }

  return new SqliteDialect({ database: { close: () => database.close(), prepare } })
}

function kyselyStatement(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql)
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    // A statement of its own: two may be read at the same time.
    iterate: (parameters) =>
      database.prepare(sql).iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
  }
}
