import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** What the template database of the tests is called, and the beginning of the names of its schemas. */
export const templateDatabase = 'modelkeep_template'
export const templatePrefix = 'template'

/** Databases for tests on one PostgreSQL. */
export function testDatabases(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 1000, allowExitOnIdle: true })
  pool.on('error', () => {})

  async function create(name: string, template?: string): Promise<string> {
    // Copying files is less work than writing every page of them to the log, which PostgreSQL does by itself.
    await pool.query(`create database ${name}${template ? ` template ${template} strategy file_copy` : ''}`)
    const made = new URL(url)
    made.pathname = `/${name}`
    return made.href
  }

  /** An account of the database with a password of its own, and the address with both. */
  async function asKeeper(address: string, password: string): Promise<string> {
    const keeper = `keeper_${randomBytes(6).toString('hex')}`
    await pool.query(`create role ${keeper} superuser login password '${password}'`)
    const url = new URL(address)
    url.username = keeper
    url.password = password
    return url.href
  }

  /** PostgreSQL waits for connections that are just closing; what is still open after that is cut. */
  const drop = (name: string) =>
    pool
      .query(`drop database if exists ${name}`)
      .catch(() => pool.query(`drop database if exists ${name} with (force)`))

  return { create, asKeeper, drop, close: () => pool.end() }
}
