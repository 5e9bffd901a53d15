import pg from 'pg'

/** What the template database of the tests is called, and the beginning of the names of its schemas. */
export const templateDatabase = 'modelkeep_template'
export const templatePrefix = 'template'

/** Databases for tests on one PostgreSQL. */
export function testDatabases(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 1000, allowExitOnIdle: true })
  pool.on('error', () => {})

  async function create(name: string, template?: string): Promise<string> {
    await pool.query(`create database ${name}${template ? ` template ${template}` : ''}`)
    const made = new URL(url)
    made.pathname = `/${name}`
    return made.href
  }

  /** PostgreSQL waits for connections that are just closing; what is still open after that is cut. */
  const drop = (name: string) =>
    pool
      .query(`drop database if exists ${name}`)
      .catch(() => pool.query(`drop database if exists ${name} with (force)`))

  return { create, drop, close: () => pool.end() }
}
