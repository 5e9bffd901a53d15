import { Readable } from 'node:stream'
import { sql } from 'kysely'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Connection } from '../../db/connect.ts'
import { isoNow } from '../../lib/clock.ts'
import { type SigningKey, sign, verify } from '../../lib/keys.ts'
import type { SecretBox } from '../../lib/secret-box.ts'
import type { Actor } from '../access/schema.ts'
import type { Audit } from '../audit/index.ts'
import type { WebhookStanding } from '../notifications/schema.ts'
import { createDryRuns, type DryRunParts, hostIn, type Tried } from './dry-runs.ts'
import { backupHealth, endpointHealth, providerHealth, webhookHealth } from './outside.ts'
import type { ConnectionHealth, Connections, DryRun, DryRunInput } from './schema.ts'
import { lastScorings } from './store.ts'

export type BackupNote = { at: string; ok: boolean; what: string }

export type ConnectionParts = Omit<DryRunParts, 'db' | 'write'> & {
  readonly system: Connection
  readonly connection: Connection
  readonly blobs: { store: Blobs; place: string }
  readonly audit: Pick<Audit, 'checkpoint' | 'events' | 'write'>
  readonly keys: { readonly signing: readonly SigningKey[]; readonly secrets: SecretBox }
  readonly webhooks: () => Promise<WebhookStanding[]>
  /** What was last said of backups by whoever makes them. */
  readonly backups: () => Promise<{ create?: BackupNote | undefined; test?: BackupNote | undefined }>
  /** Identity providers, with the moment somebody last signed in by each. */
  readonly providers: () => Promise<KnownProvider[]>
}

export type KnownProvider = {
  readonly id: string
  readonly label: string
  readonly issuer: string
  readonly lastUsed: string | undefined
}

/** What the probe reads back: the same bytes every time, so the store has one copy at most. */
const probe = Buffer.from('modelkeep connection check\n')

/**
 * The health of everything the server rests on. Databases, store, trail and keys are tried now; of what lies outside, the last
 * use is told, because a look at this page sends nothing anywhere. A dry run does, when somebody wants it.
 */
export function createConnections(parts: ConnectionParts) {
  const { clock, system, connection, blobs, audit, keys } = parts
  const dryRuns = createDryRuns({ ...parts, db: connection.db, write: audit.write })

  async function list(): Promise<Connections> {
    const checked_at = isoNow(clock)
    const tried = await dryRuns.tried()
    const { create, test } = await parts.backups()
    const connections = [
      await database('database', 'Workspace database', connection),
      await database('accounts', 'Accounts database', system),
      await store(),
      await trail(),
      await keysWork(),
      ...(await parts.webhooks()).map(webhookHealth),
      ...(await scoring(tried)),
      ...(await parts.providers()).map((each) => providerHealth(each, tried('sign_in', each.id))),
      backupHealth('Last backup', create, 'modelkeep backup create'),
      backupHealth('Last restore test', test, 'modelkeep backup test'),
    ]
    return { checked_at, connections }
  }

  async function database(kind: 'database' | 'accounts', name: string, { db, engine }: Connection) {
    const what = engine === 'postgres' ? 'PostgreSQL' : 'SQLite'
    return attempt({ kind, name }, async () => {
      await sql`select 1`.execute(db)
      return { detail: what, what: 'answered a query' }
    })
  }

  function store() {
    return attempt({ kind: 'blobs', name: 'Blob store' }, async () => {
      const { digest } = await blobs.store.put(Readable.from([probe]))
      const check = await blobs.store.verify(digest)
      if (check.outcome !== 'intact') throw new Error(`what was written is ${check.outcome}`)
      return { detail: blobs.place, what: 'wrote bytes and read them back' }
    })
  }

  function trail() {
    return attempt({ kind: 'trail', name: 'Trail' }, async () => {
      const { size } = await audit.checkpoint()
      return { detail: `${size} events`, what: 'signed a checkpoint over every event' }
    })
  }

  function keysWork() {
    return attempt({ kind: 'keys', name: 'Keys' }, async () => {
      for (const key of keys.signing) {
        if (!verify(key.publicKey, probe, sign(key, probe))) throw new Error(`the key ${key.name} does not fit itself`)
      }
      const sealed = keys.secrets.seal('connection check', probe.toString())
      if (keys.secrets.open('connection check', sealed) !== probe.toString()) throw new Error('a secret was altered')
      return {
        detail: `${keys.signing.length} signing keys and one that seals secrets`,
        what: 'signed and verified, sealed and opened',
      }
    })
  }

  async function attempt(
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

  /** Endpoints that protocols name, then hosts that may be asked and where none is named. */
  async function scoring(tried: (kind: 'scoring', target: string) => Tried | undefined): Promise<ConnectionHealth[]> {
    const [endpoints, scored] = [await dryRuns.endpoints(), await lastScorings(connection.db)]
    const named = new Set(endpoints.map(({ host }) => host))
    const spare = parts.scoringHosts.filter((host) => host !== '' && !named.has(host))
    return [
      ...endpoints.map(({ address, host, speaks, models }) =>
        endpointHealth({
          name: address,
          models,
          speaks,
          allowed: parts.scoringHosts.includes(host),
          scoredAt: scored.get(address),
          tried: tried('scoring', address),
        }),
      ),
      ...spare.map((host) =>
        endpointHealth({
          name: host,
          models: [],
          speaks: null,
          allowed: true,
          scoredAt: [...scored].find(([address]) => hostIn(address) === host)?.[1],
          tried: tried('scoring', host),
        }),
      ),
    ]
  }

  return { list, dryRun: (actor: Actor, input: DryRunInput): Promise<DryRun> => dryRuns.run(actor, input) }
}

export type ConnectionService = ReturnType<typeof createConnections>
