import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden } from '../../lib/errors.ts'
import { hostOf } from '../../lib/host.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { ImportSource } from './records.ts'
import type { LiveImport, LiveImportInput, LiveImportState } from './schema.ts'
import type { Imports } from './service.ts'

const mostProblems = 200
/** Milliseconds. */
const patience = 2000
/** What an import writes, whoever asks for it. */
const needed = ['tracking.write', 'artifacts.write', 'registry.write'] as const

type Credentials = { token?: string }

type LiveParts = {
  readonly imports: Imports
  readonly clock: Clock
  /** Hosts, in lower case, that this server may ask. */
  readonly hosts: readonly string[]
  readonly open: (address: string, credentials: Credentials) => Promise<{ source: ImportSource } | { reason: string }>
  /** Accounts by login. */
  readonly logins: () => Promise<ReadonlyMap<string, string>>
  /** False while the workspace is archived. */
  readonly isActive: () => Promise<boolean>
}

export type LiveImports = ReturnType<typeof createLiveImports>

/**
 * One import at a time from a live MLflow server, asked for by people: looked at, brought, stopped. How it stands is kept in
 * memory, and what was brought in the workspace: after a restart the same request goes on where it stopped.
 */
export function createLiveImports({ imports, clock, hosts, open, logins, isActive }: LiveParts) {
  const allowed = hosts.filter((host) => host !== '')
  let current: LiveImport | undefined
  let going: Promise<void> | undefined
  let stopping = new AbortController()

  function demandHost(address: string): void {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (!url || !/^https?:$/.test(url.protocol)) throw badRequest('address: it begins with http:// or https://')
    if (url.username !== '' || url.password !== '') throw badRequest('address: it must not carry a password')
    const host = hostOf(url)
    if (allowed.includes(host)) return
    throw forbidden(
      `the operator has not allowed to ask ${host}: MODELKEEP_IMPORT_HOSTS names the hosts that imports may ask`,
      { host },
    )
  }

  function demandRights(actor: Actor): void {
    const missing = needed.find((permission) => !permits(actor, permission))
    if (missing) throw forbidden(`an import writes, and needs the permission ${missing}`, { permission: missing })
  }

  async function start(actor: Actor, input: LiveImportInput): Promise<LiveImportState> {
    demandHost(input.address)
    demandRights(actor)
    if (actor.id === 'server') throw badRequest('a person asks for an import')
    if (!(await isActive())) throw conflict('the workspace is archived: it can be read, and nobody changes it')
    if (going) throw conflict('an import is under way: wait for its end, or stop it')
    stopping = new AbortController()
    const { address, prefix } = input
    const before = current?.address === address && current.prefix === prefix ? current.plan : null
    const next: LiveImport = {
      state: input.what === 'look' ? 'looking' : 'bringing',
      address,
      prefix,
      asked_by: actor.id,
      asked_at: isoNow(clock),
      phase: null,
      done: 0,
      plan: input.what === 'look' ? null : before,
      report: null,
      problems_left_off: 0,
      message: null,
    }
    current = next
    going = go(actor, input, next).finally(() => {
      going = undefined
    })
    return state()
  }

  /** Never throws: what goes wrong is part of how it stands. */
  async function go(actor: Actor, input: LiveImportInput, at: LiveImport): Promise<void> {
    const { signal } = stopping
    let source: ImportSource | undefined
    try {
      const opened = await open(input.address, input.token === undefined ? {} : { token: input.token })
      if ('reason' in opened) throw badRequest(`this source cannot be imported: ${opened.reason}`)
      source = opened.source
      const progress = (now: Pick<LiveImport, 'phase' | 'done'>) => Object.assign(at, now)
      const trip = { source, prefix: input.prefix, logins: await logins(), signal, progress }
      if (input.what === 'look') {
        at.plan = shortened(at, await imports.plan(trip))
        at.state = 'looked'
      } else {
        at.report = shortened(at, await imports.run(actor, trip))
        at.state = at.report.outcome === 'interrupted' ? 'stopped' : 'brought'
      }
    } catch (error) {
      const isStop = error instanceof Error && error.name === 'Interrupted'
      at.state = isStop ? 'stopped' : 'failed'
      at.message = isStop ? null : error instanceof Error ? error.message : 'for a reason that nobody knows'
    } finally {
      await source?.close()
    }
  }

  const state = (): LiveImportState => ({ import: current ?? null, hosts: allowed })

  /** Ends it between two steps; what was brought stays. A source that does not answer is waited for only so long. */
  async function stop(): Promise<LiveImportState> {
    stopping.abort()
    if (going) await Promise.race([going, sleep(patience, undefined, { ref: false })])
    return state()
  }

  return { start, stop, state, isGoing: () => going !== undefined }
}

function shortened<T extends { problems: readonly unknown[] }>(at: LiveImport, of: T): T {
  at.problems_left_off = Math.max(0, of.problems.length - mostProblems)
  return { ...of, problems: of.problems.slice(0, mostProblems) }
}
