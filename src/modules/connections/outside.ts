import type { ScoringEndpoint } from '../evaluation/schema.ts'
import type { WebhookStanding } from '../notifications/schema.ts'
import { hostIn, type Tried } from './dry-runs.ts'
import type { ConnectionHealth } from './schema.ts'
import type { BackupNote, KnownProvider } from './service.ts'

type Use = { readonly at: string; readonly what: string }
type Standing = Pick<ConnectionHealth, 'state' | 'proof'>

/** The newest word counts: a dry run that failed since the last use says that it does not work. */
function standingOf(used: Use | undefined, tried: Tried | undefined): Standing {
  const passed = tried?.passedAt === undefined ? undefined : { at: tried.passedAt, what: 'a dry run passed' }
  const proof = [used, passed].reduce((best, each) => (each && (!best || each.at > best.at) ? each : best), undefined)
  const failedSince = tried !== undefined && tried.last.outcome !== 'passed' && (!proof || tried.last.at > proof.at)
  if (failedSince) return { state: tried.last.outcome === 'failed' ? 'blocked' : 'attention', proof: proof ?? null }
  return { state: proof ? 'met' : 'unknown', proof: proof ?? null }
}

const languages: Record<ScoringEndpoint['speaks'], string> = { mlflow: 'MLflow', v2: 'Open Inference Protocol' }

export function endpointHealth({
  name,
  models,
  speaks,
  allowed,
  scoredAt,
  tried,
}: {
  name: string
  models: readonly string[]
  /** Null for a host on which no protocol names an endpoint. */
  speaks: ScoringEndpoint['speaks'] | null
  allowed: boolean
  scoredAt: string | undefined
  tried: Tried | undefined
}): ConnectionHealth {
  const used = scoredAt === undefined ? undefined : { at: scoredAt, what: 'an evaluation scored with it' }
  const standing = standingOf(used, tried)
  return {
    kind: 'scoring',
    name,
    ...standing,
    ...(allowed ? {} : { state: 'blocked' as const }),
    detail: !allowed
      ? 'MODELKEEP_SCORING_HOSTS does not name its host'
      : speaks === null
        ? 'no protocol names an endpoint here'
        : `${languages[speaks]}, for ${models.length > 3 ? `${models.length} models` : models.join(', ')}`,
    ms: null,
    dry_run: { target: name, models: [...models], last: tried?.last ?? null },
  }
}

export function providerHealth({ id, label, issuer, lastUsed }: KnownProvider, tried: Tried | undefined) {
  const used = lastUsed === undefined ? undefined : { at: lastUsed, what: 'somebody signed in by it' }
  const about = { kind: 'sign_in' as const, name: label, detail: hostIn(issuer), ms: null }
  return { ...about, ...standingOf(used, tried), dry_run: { target: id, models: [], last: tried?.last ?? null } }
}

export function backupHealth(name: string, note: BackupNote | undefined, command: string): ConnectionHealth {
  const about = { kind: 'backup' as const, name, detail: command, ms: null }
  if (!note) return { ...about, state: 'unknown', proof: null }
  return { ...about, state: note.ok ? 'met' : 'blocked', proof: { at: note.at, what: note.what } }
}

export function webhookHealth({ id, name, url, state, last_delivery, failed }: WebhookStanding): ConnectionHealth {
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
