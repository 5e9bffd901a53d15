import { Readable } from 'node:stream'
import { sql } from 'kysely'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Connection } from '../../db/connect.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import type { Audit } from '../audit/index.ts'
import type { WebhookStanding } from '../notifications/schema.ts'
import type { ConnectionHealth, Connections } from './schema.ts'
import { lastScoring } from './store.ts'

export type BackupNote = { at: string; ok: boolean; what: string }

export type ConnectionParts = {
  readonly clock: Clock
  readonly system: Connection
  readonly connection: Connection
  readonly blobs: { store: Blobs; place: string }
  readonly audit: Pick<Audit, 'checkpoint' | 'events'>
  readonly webhooks: () => Promise<WebhookStanding[]>
  readonly scoringHosts: readonly string[]
  /** What was last said of backups by whoever makes them. */
  readonly backups: () => Promise<{ create?: BackupNote | undefined; test?: BackupNote | undefined }>
  /** Identity providers, with the moment somebody last signed in by each. */
  readonly providers: () => Promise<{ label: string; issuer: string; lastUsed: string | undefined }[]>
}

/** What the probe reads back: the same bytes every time, so the store has one copy at most. */
const probe = Buffer.from('modelkeep connection check\n')

/**
 * The health of everything the server rests on. Databases and the blob store are tried now; of what lies outside, the last
 * use is told, because a look at this page sends nothing anywhere.
 */
export function createConnections(parts: ConnectionParts) {
  const { clock, system, connection, blobs, audit } = parts

  async function list(): Promise<Connections> {
    const checked_at = isoNow(clock)
    const connections = [
      await database('database', 'Workspace database', connection),
      await database('accounts', 'Accounts database', system),
      await store(),
      await trail(),
      ...(await parts.webhooks()).map(webhook),
      ...(await scoring()),
      ...(await parts.providers()).map(provider),
      ...(await backups()),
    ]
    return { checked_at, connections }
  }

  async function database(kind: 'database' | 'accounts', name: string, { db, engine }: Connection) {
    const what = engine === 'postgres' ? 'PostgreSQL' : 'SQLite'
    return tried({ kind, name }, async () => {
      await sql`select 1`.execute(db)
      return { detail: what, what: 'answered a query' }
    })
  }

  function store() {
    return tried({ kind: 'blobs', name: 'Blob store' }, async () => {
      const { digest } = await blobs.store.put(Readable.from([probe]))
      const check = await blobs.store.verify(digest)
      if (check.outcome !== 'intact') throw new Error(`what was written is ${check.outcome}`)
      return { detail: blobs.place, what: 'wrote bytes and read them back' }
    })
  }

  function trail() {
    return tried({ kind: 'trail', name: 'Trail' }, async () => {
      const { size } = await audit.checkpoint()
      return { detail: `${size} events`, what: 'signed a checkpoint over every event' }
    })
  }

  async function tried(
    about: Pick<ConnectionHealth, 'kind' | 'name'>,
    work: () => Promise<{ detail: string; what: string }>,
  ): Promise<ConnectionHealth> {
    const began = performance.now()
    const ms = () => Math.round((performance.now() - began) * 10) / 10
    try {
      const { detail, what } = await work()
      return { ...about, state: 'met', detail, proof: { at: isoNow(clock), what }, ms: ms() }
    } catch {
      // The cause may name hosts and files; the log has it where it belongs.
      return { ...about, state: 'blocked', detail: 'It does not answer as it should.', proof: null, ms: ms() }
    }
  }

  async function scoring(): Promise<ConnectionHealth[]> {
    return Promise.all(
      parts.scoringHosts.map(async (host) => {
        const at = await lastScoring(connection.db, host)
        return {
          kind: 'scoring' as const,
          name: host,
          state: at === undefined ? ('unknown' as const) : ('met' as const),
          detail: at === undefined ? 'No evaluation has asked it.' : 'Evaluations may ask it.',
          proof: at === undefined ? null : { at, what: 'an evaluation scored with it' },
          ms: null,
        }
      }),
    )
  }

  async function backups(): Promise<ConnectionHealth[]> {
    const { create, test } = await parts.backups()
    return [
      backup('Last backup', create, 'modelkeep backup create'),
      backup('Last restore test', test, 'modelkeep backup test'),
    ]
  }

  return { list }
}

function backup(name: string, note: BackupNote | undefined, command: string): ConnectionHealth {
  const about = { kind: 'backup' as const, name, detail: command, ms: null }
  if (!note) return { ...about, state: 'unknown', proof: null }
  return { ...about, state: note.ok ? 'met' : 'blocked', proof: { at: note.at, what: note.what } }
}

function provider({ label, issuer, lastUsed }: { label: string; issuer: string; lastUsed: string | undefined }) {
  const proof = lastUsed === undefined ? null : { at: lastUsed, what: 'somebody signed in by it' }
  const state = proof === null ? ('unknown' as const) : ('met' as const)
  return { kind: 'sign_in' as const, name: label, state, detail: URL.parse(issuer)?.host ?? '', proof, ms: null }
}

function webhook({ id, name, url, state, last_delivery, failed }: WebhookStanding): ConnectionHealth {
  const about = { kind: 'webhook' as const, name, webhook: id, ms: null }
  const host = URL.parse(url)?.host ?? ''
  if (state === 'disabled') return { ...about, state: 'unknown', detail: `${host}, disabled`, proof: null }
  if (last_delivery === null) return { ...about, state: 'unknown', detail: `${host}, nothing was sent`, proof: null }
  const status = last_delivery.status === null ? 'no answer' : `answered ${last_delivery.status}`
  switch (last_delivery.state) {
    case 'delivered':
      return { ...about, state: 'met', detail: host, proof: { at: last_delivery.at, what: status } }
    case 'waiting':
      return { ...about, state: 'waiting', detail: `${host}, on its way`, proof: null }
    case 'failed':
      return { ...about, state: 'blocked', detail: `${host}, ${status}; ${failed} failed`, proof: null }
  }
}
