import type { Blobs } from './blobs/blobs.ts'
import { createDirectStores } from './blobs/direct.ts'
import { openBlobs } from './blobs/open.ts'
import { type Config, workspaceBlobs, workspaceDatabase } from './config.ts'
import type { Connection } from './db/connect.ts'
import { openMigrated } from './db/migrated.ts'
import { createJobs, hasUnfinishedJobs } from './jobs/index.ts'
import type { Clock } from './lib/clock.ts'
import { type SigningKey, shortKeyId } from './lib/keys.ts'
import type { SecretBox } from './lib/secret-box.ts'
import { lookAfter } from './look-after.ts'
import type { Access } from './modules/access/index.ts'
import { type Admission, createAdmission } from './modules/admission/index.ts'
import { type Artifacts, createArtifacts } from './modules/artifacts/index.ts'
import { type Audit, createAudit } from './modules/audit/index.ts'
import { type AuditorRequests, createAuditorRequests } from './modules/auditor-requests/index.ts'
import { createSeatReads, type SeatReads } from './modules/auditors/index.ts'
import { type BreakGlasses, createBreakGlass } from './modules/break-glass/index.ts'
import { type Challenges, createChallenges } from './modules/challenges/index.ts'
import { type Comments, createComments } from './modules/comments/index.ts'
import { createDatasets, type Datasets } from './modules/datasets/index.ts'
import { createDuties, type Duties, dutiesOn } from './modules/duties/index.ts'
import { createEvaluation, type Evaluations, evidenceOf } from './modules/evaluation/index.ts'
import { createFindings, type Findings } from './modules/findings/index.ts'
import { createGate, type Gate } from './modules/gate/index.ts'
import { createGenai, type Genai } from './modules/genai/index.ts'
import { createImports, createLiveImports, type Imports, type LiveImports } from './modules/imports/index.ts'
import {
  createGet,
  createNotifications,
  createPost,
  deliveryAttempts,
  type Notifications,
} from './modules/notifications/index.ts'
import { createPolicies, type Policies } from './modules/policy/index.ts'
import { createRegistry, type Registry } from './modules/registry/index.ts'
import { createHolds, createRetention, type Retention, removalJobs } from './modules/retention/index.ts'
import { changingActions, createReviews, type Reviews } from './modules/reviews/index.ts'
import type { Signatures } from './modules/signin/index.ts'
import { createStudio, type Studio } from './modules/studio/index.ts'
import { createSystems, type Systems } from './modules/systems/index.ts'
import { createTraces, type Traces } from './modules/traces/index.ts'
import { createTracking, type Tracking } from './modules/tracking/index.ts'
import { createValidations, type Validations } from './modules/validation/index.ts'
import { createWork, type Work } from './modules/work/index.ts'
import { mlflowWords } from './protocols/mlflow/webhook-words.ts'

/** Everything that belongs to one workspace: its database, its bytes, its trail and the services over them. */
export type Workspace = {
  name: string
  connection: Connection
  blobs: Blobs
  audit: Audit
  tracking: Tracking
  traces: Traces
  genai: Genai
  artifacts: Artifacts
  datasets: Datasets
  registry: Registry
  policies: Policies
  studio: Studio
  evaluations: Evaluations
  findings: Findings
  reviews: Reviews
  comments: Comments
  gate: Gate
  admission: Admission
  breakGlass: BreakGlasses
  challenges: Challenges
  duties: Duties
  work: Work
  validations: Validations
  systems: Systems
  auditors: SeatReads
  auditorRequests: AuditorRequests
  notifications: Notifications
  /** Something is being done, or waits for nothing but its turn. */
  hasJobs(): Promise<boolean>
  retention: Retention
  imports: Imports
  liveImports: LiveImports
  close(): Promise<void>
}

export type Keys = { log: SigningKey; signing: SigningKey; webhooks: SecretBox }

type WorkspaceParts = {
  keys: Keys
  clock: Clock
  access: Pick<Access, 'people' | 'peopleBehind' | 'in' | 'personalKeys'>
  passkeys: Signatures
  /** False while the workspace is archived. */
  isActive: () => Promise<boolean>
  /** Where experiments that name no location keep their artifacts; null in the workspace's own store. */
  artifactRoot: () => Promise<string | null>
}

export async function openWorkspace(
  config: Config,
  name: string,
  { keys, clock, access, passkeys, isActive, artifactRoot }: WorkspaceParts,
): Promise<Workspace> {
  const connection = await openMigrated(workspaceDatabase(config, name), 'workspace')
  const blobs = await openBlobs(workspaceBlobs(config, name), clock)
  const direct = createDirectStores({ prefixes: config.directStores ?? [], s3: config.s3 ?? {} })
  const audit = createAudit({ connection, key: keys.log, origin: originOf(keys.log, name), clock })
  const tracking = createTracking({
    connection,
    write: audit.write,
    clock,
    demandLocation: direct.demandLocation,
    artifactRoot,
  })
  await tracking.experiments.ensureDefault()
  const shared = { db: connection.db, write: audit.write, clock }
  const genai = createGenai({ ...shared, engine: connection.engine, tracking })
  const holds = createHolds(shared)
  const traces = createTraces({ connection, write: audit.write, clock, tracking, refuseHeld: holds.refuseExperiment })
  const artifacts = createArtifacts({
    ...shared,
    commit: connection.writer.commit,
    blobs,
    direct,
    refuseHeld: holds.refusePath,
  })
  const datasets = createDatasets({ ...shared, blobs })
  const registry = createRegistry({ ...shared, engine: connection.engine, tracking, artifacts, datasets })
  await registry.environments.ensureEnvironments()
  const roles = async () => (await access.in(name).roles.list()).map((role) => role.name)
  const policies = createPolicies({ ...shared, roles })
  await policies.ensureStarters()
  const jobs = createJobs({ connection, clock })
  const evaluations = createEvaluation({
    ...shared,
    commit: connection.writer.commit,
    blobs,
    jobs,
    models: registry.models,
    versions: registry.versions,
    datasets,
    artifacts,
    runs: tracking.runs,
    scoring: scoringOf(config),
  })
  const evidence = { of: evidenceOf }
  const { peopleBehind } = access
  const findings = createFindings({ ...shared, policies, peopleBehind, dutiesOn })
  const systems = createSystems(shared)
  const people = access.in(name).people.list
  const reviews = createReviews({
    personalKey: access.personalKeys.find,
    passkeys,
    ...shared,
    commit: connection.writer.commit,
    key: keys.signing,
    registry,
    policies,
    evidence,
    people,
    peopleBehind,
    dutiesOn,
  })
  audit.listen(async (_, events) => reviews.changes.note(events))
  const changeLooks = lookAfter({
    audit,
    writer: connection.writer,
    actions: changingActions,
    look: reviews.changes.look,
    // The pages compare by themselves; what was not recorded is recorded with the next change of the model.
    failed: () => {},
  })
  const comments = createComments({ ...shared, people, has: reviews.has })
  const studio = createStudio({ ...shared, policies, roles, situations: reviews.situations })
  const duties = createDuties({ connection, write: audit.write, clock, jobs, people })
  const auditors = createSeatReads({ connection, write: audit.write, clock })
  const dutyLooks = lookAfter({
    audit,
    writer: connection.writer,
    actions: /^(duty\.(proposed|accepted|declined|ended)|system\.(model_removed|retired))$/,
    look: duties.watch.tick,
    // The next sweep looks again.
    failed: () => {},
  })
  const gate = createGate({
    ...shared,
    key: keys.signing,
    workspace: name,
    registry,
    situations: reviews.situations,
    ownOf: reviews.ownOf,
    observe: config.open ?? false,
  })
  const revocationLooks = lookAfter({
    audit,
    writer: connection.writer,
    // What can take from a verdict what it rests on. The sweep sees the rest, such as a condition that nobody has met in time.
    actions:
      /^(decision\.recorded|waiver\.withdrawn|break_glass\.ended|finding\.(opened|reopened|changed)|policy\.published|version\.state_changed|evidence\.collected|model\.updated)$/,
    look: gate.revocations.sweep,
    // The next sweep looks again.
    failed: () => {},
  })
  const { publicUrl } = config
  const admission = createAdmission({ ...shared, gate, publicUrl, observe: config.open ?? false })
  const { conflictsAbout } = reviews
  const breakGlass = createBreakGlass({ ...shared, findings, gate, conflictsAbout })
  const validations = createValidations({ ...shared, reviews, findings, evidence })
  const challenges = createChallenges({
    ...shared,
    key: keys.signing,
    gate,
    conflictsAbout,
    situations: reviews.situations,
    tracking,
  })
  const auditorRequests = createAuditorRequests({
    connection,
    write: audit.write,
    clock,
    audit,
    people,
    seats: () => access.in(name).seats.list(),
  })
  const work = createWork({ db: connection.db, clock, audit, reviews, findings, duties, breakGlass, auditorRequests })
  const trusted = new Set(config.webhookHosts)
  const deliveryJobs = createJobs({ connection, clock, concurrency: 8, maxAttempts: deliveryAttempts })
  const notifications = createNotifications({
    ...shared,
    commit: connection.writer.commit,
    jobs: deliveryJobs,
    secrets: keys.webhooks,
    trusted,
    post: createPost(trusted),
    workspace: name,
    mlflow: mlflowWords,
  })
  const retention = createRetention({
    connection,
    write: audit.write,
    clock,
    jobs,
    blobs,
    tracking,
    holds,
    mayRemove: isActive,
  })
  audit.listen(notifications.deliveries.onEvents)
  const imports = createImports({ connection, write: audit.write, clock, artifacts, registry })
  const liveImports = createLiveImports({
    imports,
    clock,
    hosts: config.importHosts ?? [],
    async open(address, credentials) {
      const { openMlflowSource } = await import('./protocols/mlflow/import/index.ts')
      return openMlflowSource(address, { credentials })
    },
    logins: async () => new Map((await access.people.list()).map(({ login, id }) => [login, id])),
    isActive,
  })
  jobs.start()
  deliveryJobs.start()

  return {
    name,
    connection,
    blobs,
    audit,
    tracking,
    traces,
    genai,
    artifacts,
    datasets,
    registry,
    policies,
    studio,
    evaluations,
    findings,
    reviews,
    comments,
    gate,
    admission,
    breakGlass,
    challenges,
    duties,
    work,
    validations,
    systems,
    auditors,
    auditorRequests,
    notifications,
    hasJobs: async () =>
      liveImports.isGoing() || hasUnfinishedJobs(connection.db, (await isActive()) ? [] : removalJobs),
    retention,
    imports,
    liveImports,
    async close() {
      await liveImports.stop()
      await dutyLooks.stop()
      await revocationLooks.stop()
      await changeLooks.stop()
      await Promise.all([jobs.stop(), deliveryJobs.stop()])
      await direct.close()
      blobs.close?.()
      await connection.close()
    },
  }
}

/** Scoring endpoints get more time than receivers of events, and answer with more; a dry run gets less of both. */
function scoringOf({ scoringHosts = [] }: Config) {
  const hosts = new Set(scoringHosts)
  const dry = { timeoutMs: 10_000, largestAnswer: 1024 * 1024 }
  return {
    hosts,
    post: createPost(hosts, { timeoutMs: 60_000, largestAnswer: 64 * 1024 * 1024 }),
    dry: { post: createPost(hosts, dry), get: createGet(hosts, dry) },
  }
}

/** A log's name is unique in the world because it carries the fingerprint of its key. */
export function originOf(key: SigningKey, log: string): string {
  return `modelkeep/${shortKeyId(key.keyId).replace('ed25519:', '')}/${log}`
}
