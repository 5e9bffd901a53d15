import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createDirectStores } from './blobs/direct.ts'
import { type Config, systemDatabase } from './config.ts'
import type { Connection } from './db/connect.ts'
import { createMemory } from './db/memory.ts'
import { openMigrated } from './db/migrated.ts'
import { failureOf } from './http/errors.ts'
import { describeApi } from './http/openapi.ts'
import { createServer } from './http/server.ts'
import { serverRoutes } from './http/server-routes.ts'
import type { ClientPatience } from './http/slow-clients.ts'
import { serveWeb } from './http/web.ts'
import { refuseChange } from './http/workspace.ts'
import { loadOrCreateAddressKey } from './lib/address-key.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { loadOrCreateKey } from './lib/keys.ts'
import { inOneContext } from './lib/one-context.ts'
import { loadOrCreateSecretBox, type SecretBox } from './lib/secret-box.ts'
import { lookAfter } from './look-after.ts'
import { type Access, accessRoutes, createAccess, personalKeyRoutes, roleRoutes } from './modules/access/index.ts'
import { admissionRoutes } from './modules/admission/index.ts'
import { type Audit, auditRoutes, createAudit } from './modules/audit/index.ts'
import { auditorRoutes, recordSeatReads } from './modules/auditors/index.ts'
import { breakGlassRoutes } from './modules/break-glass/index.ts'
import { challengeRoutes } from './modules/challenges/index.ts'
import { commentRoutes } from './modules/comments/index.ts'
import { connectionRoutes } from './modules/connections/index.ts'
import { datasetRoutes } from './modules/datasets/index.ts'
import { dutyRoutes } from './modules/duties/index.ts'
import { evaluationRoutes } from './modules/evaluation/index.ts'
import { findingRoutes } from './modules/findings/index.ts'
import { gateRoutes } from './modules/gate/index.ts'
import { notificationRoutes } from './modules/notifications/index.ts'
import { policyRoutes } from './modules/policy/index.ts'
import { environmentRoutes, registryRoutes, runRoutes } from './modules/registry/index.ts'
import { retentionRoutes } from './modules/retention/index.ts'
import { reviewRoutes } from './modules/reviews/index.ts'
import { createSetUp, type SetUp, setUpRoutes } from './modules/setup/index.ts'
import {
  accountRoutes,
  createCookies,
  createSigningIn,
  oidcRoutes,
  type SigningIn,
  signInAdminRoutes,
  signInRoutes,
} from './modules/signin/index.ts'
import { simulatorRoutes } from './modules/simulator/index.ts'
import { studioRoutes } from './modules/studio/index.ts'
import { systemRoutes } from './modules/systems/index.ts'
import { traceRoutes } from './modules/traces/index.ts'
import { guardExperiments, trackingEditRoutes, trackingRoutes } from './modules/tracking/index.ts'
import { validationRoutes } from './modules/validation/index.ts'
import { workRoutes } from './modules/work/index.ts'
import { createWorkspaces, type Workspaces, workspaceRoutes } from './modules/workspaces/index.ts'
import { firstWorkspace } from './modules/workspaces/schema.ts'
import { kubernetesRoutes } from './protocols/kubernetes/index.ts'
import { mlflowUploads } from './protocols/mlflow/artifact-uploads.ts'
import { mlflowArtifacts, mlflowGetArtifact } from './protocols/mlflow/artifacts.ts'
import { mlflowEvaluationDatasets } from './protocols/mlflow/evaluation-datasets.ts'
import { mlflowExperimentPermissions } from './protocols/mlflow/experiment-permissions.ts'
import { mlflowRoutes, mlflowTracking } from './protocols/mlflow/index.ts'
import { mlflowIssues } from './protocols/mlflow/issues.ts'
import { mlflowLoggedModels } from './protocols/mlflow/logged-models.ts'
import { mlflowModelPermissions } from './protocols/mlflow/model-permissions.ts'
import { mlflowRegistry } from './protocols/mlflow/registry.ts'
import { mlflowScorers } from './protocols/mlflow/scorers.ts'
import { createSignedAddresses } from './protocols/mlflow/signed-addresses.ts'
import { mlflowTraceArtifact } from './protocols/mlflow/trace-artifact.ts'
import { mlflowTraces2, mlflowTraces3 } from './protocols/mlflow/traces.ts'
import { mlflowUsers } from './protocols/mlflow/users.ts'
import { mlflowWebhooks } from './protocols/mlflow/webhooks.ts'
import { mlflowWorkspaces } from './protocols/mlflow/workspaces.ts'
import { otlpRoutes } from './protocols/otlp/index.ts'
import { createSupervision } from './supervision.ts'
import { type Keys, openWorkspace, originOf, type Workspace } from './workspace.ts'
import { createOpenWorkspaces, type OpenWorkspaces } from './workspaces.ts'

export type App = {
  http: FastifyInstance
  system: Connection
  systemAudit: Audit
  access: Access
  signIn: SigningIn
  keys: Keys
  workspaces: OpenWorkspaces
  registry: Workspaces
  setUp: SetUp
  close(): Promise<void>
}

/** How often workspaces are looked into for jobs that nobody works on and rules that are due, in milliseconds. */
const sweepEvery = 60_000
/** How long an event may wait for its signed checkpoint, in milliseconds. */
const checkpointEvery = 60_000

/** Creates every service and connects them, top to bottom. */
export async function createApp(
  config: Config,
  { clock = systemClock, idleMs, patience }: { clock?: Clock; idleMs?: number; patience?: ClientPatience } = {},
): Promise<App> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const keyDir = resolve(config.dataDir, 'keys')
  const keys = {
    log: await loadOrCreateKey(keyDir, 'log'),
    signing: await loadOrCreateKey(keyDir, 'signing'),
    webhooks: await loadOrCreateSecretBox(keyDir, 'webhooks'),
  }
  const addresses = createSignedAddresses({
    key: await loadOrCreateAddressKey(keyDir, 'addresses'),
    clock,
    publicUrl: config.publicUrl,
  })

  const system = await openMigrated(systemDatabase(config), 'system')
  const systemAudit = createAudit({ connection: system, key: keys.log, origin: originOf(keys.log, 'system'), clock })
  const memory = createMemory()
  system.writer.onCommitted(memory.forget)
  const access = createAccess({
    db: system.db,
    write: systemAudit.write,
    audit: systemAudit,
    commit: system.writer.commit,
    clock,
    memory,
    sessionLimits: config.sessions,
    demandsSecondFactor: (id) => signIn.factors.demandsMore(id),
  })
  let box: Promise<SecretBox> | undefined
  const signIn: SigningIn = createSigningIn({
    db: system.db,
    write: systemAudit.write,
    commit: system.writer.commit,
    clock,
    access,
    box: () => {
      box ??= loadOrCreateSecretBox(keyDir, 'sign-in')
      return box
    },
    providers: config.providers ?? [],
    publicUrl: config.publicUrl,
    failed: (error, provider) => http.log.warn({ err: error, provider }, 'a sign-in by a provider failed'),
  })
  const cookies = createCookies({ secure: config.publicUrl.startsWith('https:') })

  const workspaces = createOpenWorkspaces({
    config,
    system,
    open: (name, listed) => openWorkspace(config, name, { keys, clock, access, ...listed }),
    registry: () => registry,
    failed: (error, name) => http.log.error({ err: error, workspace: name }, 'a workspace failed'),
    ...(idleMs === undefined ? {} : { idleMs }),
  })
  const registry = createWorkspaces({
    db: system.db,
    write: systemAudit.write,
    clock,
    access,
    storage: workspaces.storage,
    demandDirect: createDirectStores({ prefixes: config.directStores ?? [], s3: {} }).demand,
  })
  await workspaces.hold(firstWorkspace)

  const setUp = createSetUp({
    db: system.db,
    write: systemAudit.write,
    commit: system.writer.commit,
    clock,
    access,
    signIn,
    workspaces: registry,
    policies() {
      const first = workspaces.get(firstWorkspace)
      if (!first) throw new Error('the first workspace is not open')
      return first.policies
    },
  })

  const at = (req: FastifyRequest): Workspace => {
    const workspace = workspaces.get(req.workspace)
    if (!workspace) throw new Error(`workspace ${req.workspace} is not open`)
    return workspace
  }

  /** For a signed address: it names its workspace itself, and nobody signs in. */
  async function inWorkspace<T>(req: FastifyRequest, name: string, use: (workspace: Workspace) => Promise<T>) {
    const { state, release } = await workspaces.enter(name)
    try {
      req.workspace = name
      if (state === 'archived' && req.method !== 'GET' && req.method !== 'HEAD') refuseChange(req)
      return await use(at(req))
    } finally {
      release()
    }
  }

  const { dutiesOf, roomOf, simulatorOf, connectionsOf } = createSupervision({
    systemAudit,
    config,
    clock,
    system,
    access,
    workspaces,
    at,
  })
  const leaverLooks = lookAfter({
    audit: systemAudit,
    writer: system.writer,
    // Whoever leaves, comes, or may see less than before.
    actions: /^(person|role|seat)\./,
    look: () => workspaces.inEach(({ duties }) => duties.watch.tick()),
    failed: (error) => http.log.error({ err: error }, 'looking for duties without a holder failed'),
  })

  const http = await createServer({
    access,
    workspaces,
    log: config.log,
    trustProxy: config.trustProxy,
    open: config.open,
    secure: config.publicUrl.startsWith('https:'),
    patience,
  })
  guardExperiments(http, (req) => at(req).tracking)
  recordSeatReads(http, (req) => at(req).auditors)
  describeApi(http)
  await http.register(
    async (scope) => {
      const api = inOneContext(scope)
      await api.register(serverRoutes({ config, keys }))
      await api.register(accessRoutes(access, { dutiesOf }))
      await api.register(signInRoutes({ access, signIn, cookies, awaitsSetUp: setUp.isAwaited }))
      await api.register(setUpRoutes(setUp))
      await api.register(oidcRoutes({ signIn, cookies }))
      await api.register(accountRoutes({ signIn, cookies }))
      await api.register(signInAdminRoutes({ signIn }))
      await api.register(roleRoutes(access))
      await api.register(personalKeyRoutes(access))
      await api.register(workspaceRoutes(registry))
      await api.register(auditRoutes({ path: '/audit', at: (req) => at(req).audit, names: access.people.names }))
      await api.register(auditRoutes({ path: '/audit/accounts', at: () => systemAudit, names: access.people.names }))
      await api.register(trackingRoutes({ at: (req) => at(req).tracking }))
      await api.register(trackingEditRoutes({ at: (req) => at(req).tracking }))
      await api.register(traceRoutes({ at: (req) => at(req).traces }))
      await api.register(
        datasetRoutes({
          at: (req) => at(req).datasets,
          usedBy: (req, actor, digest) => at(req).registry.usesOf(actor, digest),
        }),
      )
      await api.register(
        registryRoutes({
          at: (req) => at(req).registry,
          aliases: (req) => at(req).gate.aliases,
          names: access.people.names,
        }),
      )
      await api.register(systemRoutes({ at: (req) => at(req).systems }))
      await api.register(environmentRoutes({ at: (req) => at(req).registry }))
      await api.register(runRoutes({ at }))
      await api.register(evaluationRoutes({ at: (req) => at(req).evaluations }))
      await api.register(policyRoutes({ at: (req) => at(req).policies }))
      await api.register(studioRoutes({ at: (req) => at(req).studio }))
      await api.register(findingRoutes({ at: (req) => at(req).findings }))
      await api.register(reviewRoutes({ at: (req) => at(req).reviews }))
      await api.register(commentRoutes({ at: (req) => at(req).comments }))
      await api.register(
        auditorRoutes({
          room: roomOf,
          reads: (req) => at(req).auditors,
          demandSeat: (req, id) => access.in(req.workspace).seats.get(id),
          names: access.people.names,
        }),
      )
      await api.register(simulatorRoutes({ at: simulatorOf }))
      await api.register(connectionRoutes({ at: connectionsOf }))
      await api.register(dutyRoutes({ at: (req) => at(req).duties }))
      await api.register(validationRoutes({ at: (req) => at(req).validations, names: access.people.names }))
      await api.register(workRoutes({ at: (req) => at(req).work }))
      await api.register(gateRoutes({ at: (req) => at(req).gate }))
      await api.register(admissionRoutes({ at: (req) => at(req).admission }))
      await api.register(challengeRoutes({ at: (req) => at(req).challenges }))
      await api.register(breakGlassRoutes({ at: (req) => at(req).breakGlass }))
      await api.register(kubernetesRoutes({ at: (req) => at(req).admission }))
      await api.register(retentionRoutes({ at: (req) => at(req).retention }))
      await api.register(notificationRoutes({ at: (req) => at(req).notifications }))
    },
    { prefix: '/api/v1' },
  )
  await http.register(
    mlflowRoutes({
      failureOf,
      areas: [
        mlflowUsers({ access, at }),
        mlflowExperimentPermissions({ access, at }),
        mlflowModelPermissions({ access, at }),
        mlflowTracking({ at: (req) => at(req).tracking }),
        mlflowArtifacts({ at }),
        mlflowUploads({ at, inWorkspace, addresses }),
        mlflowLoggedModels({ at }),
        mlflowRegistry({
          at: (req) => at(req).registry,
          aliases: (req) => at(req).gate.aliases,
          namesWithRoles: (req) => access.in(req.workspace).people.namesWithRoles(),
        }),
        mlflowTraces2({ at: (req) => at(req).traces }),
        mlflowTraceArtifact({ at }),
        mlflowWebhooks({ at: (req) => at(req).notifications }),
      ],
      areas3: [
        mlflowWorkspaces({
          workspaces: registry,
          enabled: async () => config.workspaces === 'on' || (await registry.all()).length > 1,
        }),

        mlflowTraces3({ at: (req) => at(req).traces }),
        mlflowTraceArtifact({ at }),
        mlflowEvaluationDatasets({ at: (req) => at(req).genai }),
        mlflowScorers({ at: (req) => at(req).genai }),
        mlflowIssues({ at: (req) => at(req).genai }),
      ],
      rootAreas: [mlflowGetArtifact({ at })],
    }),
  )
  await http.register(otlpRoutes({ at: (req) => at(req).traces, failureOf }))

  await serveWeb(http)

  const checkpoints = setInterval(() => {
    for (const { audit } of [{ audit: systemAudit }, ...workspaces.values()]) {
      audit.checkpoint().catch((error: unknown) => http.log.error({ err: error }, 'a checkpoint failed'))
    }
  }, checkpointEvery)
  checkpoints.unref()
  const sweep = () =>
    workspaces.sweep().catch((error: unknown) => http.log.error({ err: error }, 'looking into workspaces failed'))
  const sweeps = setInterval(sweep, sweepEvery)
  sweeps.unref()
  http.addHook('onListen', () => {
    setImmediate(sweep)
  })

  return {
    http,
    system,
    systemAudit,
    access,
    signIn,
    keys,
    workspaces,
    registry,
    setUp,
    async close() {
      clearInterval(checkpoints)
      clearInterval(sweeps)
      await http.close()
      await leaverLooks.stop()
      await workspaces.close()
      await system.close()
    },
  }
}
