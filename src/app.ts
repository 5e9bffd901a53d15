import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, RouteOptions } from 'fastify'
import { createDirectStores } from './blobs/direct.ts'
import { type Config, systemDatabase, workspaceDatabase } from './config.ts'
import type { Connection } from './db/connect.ts'
import { createMemory } from './db/memory.ts'
import { openMigrated, placeMigrated } from './db/migrated.ts'
import { createArea } from './http/area.ts'
import { failureOf } from './http/errors.ts'
import { describeApi } from './http/openapi.ts'
import { createRates } from './http/rate.ts'
import { createServer, type HttpParts } from './http/server.ts'
import type { ClientPatience } from './http/slow-clients.ts'
import { sendNotFound, serveWeb } from './http/web.ts'
import { refuseChange } from './http/workspace.ts'
import { loadOrCreateAddressKey } from './lib/address-key.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { loadOrCreateKey } from './lib/keys.ts'
import { loadOrCreateSecretBox, type SecretBox } from './lib/secret-box.ts'
import { lookAfter } from './look-after.ts'
import { mlflowAreas } from './mlflow-areas.ts'
import { type Access, createAccess } from './modules/access/index.ts'
import { type Audit, createAudit } from './modules/audit/index.ts'
import { recordSeatReads } from './modules/auditors/index.ts'
import { createSetUp, type SetUp } from './modules/setup/index.ts'
import { createCookies, createSigningIn, type SigningIn } from './modules/signin/index.ts'
import { guardExperiments } from './modules/tracking/index.ts'
import { createWorkspaces, type Workspaces } from './modules/workspaces/index.ts'
import { firstWorkspace } from './modules/workspaces/schema.ts'
import { mlflowRoutes } from './protocols/mlflow/index.ts'
import { createSignedAddresses } from './protocols/mlflow/signed-addresses.ts'
import { otlpRoutes } from './protocols/otlp/index.ts'
import { type Keys, openWorkspace, originOf, type Workspace } from './workspace.ts'
import { createOpenWorkspaces, type OpenWorkspaces } from './workspaces.ts'

export type App = {
  http: FastifyInstance
  /** Every route as it was declared. */
  routes(): Promise<readonly RouteOptions[]>
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

/** What can wait for the first answers of a server does, in milliseconds. */
const soonAfter = 250

/** Creates every service and connects them, top to bottom. */
export async function createApp(
  config: Config,
  { clock = systemClock, idleMs, patience }: { clock?: Clock; idleMs?: number; patience?: ClientPatience } = {},
): Promise<App> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const keyDir = resolve(config.dataDir, 'keys')
  const [log, signing, webhooks, addressKey] = await Promise.all([
    loadOrCreateKey(keyDir, 'log'),
    loadOrCreateKey(keyDir, 'signing'),
    loadOrCreateSecretBox(keyDir, 'webhooks'),
    loadOrCreateAddressKey(keyDir, 'addresses'),
    // Each waits for the disk, so that none waits for another.
    placeMigrated(systemDatabase(config), 'system'),
    placeMigrated(workspaceDatabase(config, firstWorkspace), 'workspace'),
  ])
  const keys = { log, signing, webhooks }
  const addresses = createSignedAddresses({ key: addressKey, clock, publicUrl: config.publicUrl })

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
    open: (name, listed) =>
      openWorkspace(config, name, { keys, clock, access, passkeys: signIn.signatures, ...listed }),
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

  const leaverLooks = lookAfter({
    audit: systemAudit,
    writer: system.writer,
    // Whoever leaves, comes, or may see less than before.
    actions: /^(person|role|seat)\./,
    look: () => workspaces.inEach(({ duties }) => duties.watch.tick()),
    failed: (error) => http.log.error({ err: error }, 'looking for duties without a holder failed'),
  })

  const rates = createRates()
  const serve = async (more: Pick<HttpParts, 'areas' | 'within'>) => {
    const server = await createServer({
      access,
      workspaces,
      log: config.log,
      trustProxy: config.trustProxy,
      open: config.open,
      secure: config.publicUrl.startsWith('https:'),
      patience,
      rates,
      ...more,
    })
    guardExperiments(server, (req) => at(req).tracking)
    recordSeatReads(server, (req) => at(req).auditors)
    return server
  }

  const parts = { config, keys, clock, system, systemAudit, access, signIn, cookies, setUp, workspaces, registry, at }
  const area = (prefix: string, load: () => Promise<FastifyPluginAsync>) =>
    createArea(prefix, async () => {
      const routes = await load()
      const server = await serve({ within: http })
      await server.register(routes, { prefix })
      server.setNotFoundHandler(sendNotFound)
      await server.ready()
      return server
    })
  const areas = [
    area('/api/v1', async () => (await import('./api-area.ts')).apiRoutes(parts)),
    area('/api/3.0', async () => (await import('./mlflow3-areas.ts')).mlflow3(parts)),
  ]
  const openAreas = () => Promise.all(areas.map(({ open }) => open()))
  const http = await serve({ areas })
  const routes = async () => {
    await http.ready()
    return [http, ...(await openAreas())].flatMap(({ declaredRoutes }) => declaredRoutes)
  }
  describeApi(http, routes)
  // Whoever asks for the server to be ready waits for these.
  void http.register(mlflowRoutes(mlflowAreas({ access, at, inWorkspace, addresses })))
  void http.register(otlpRoutes({ at: (req) => at(req).traces, failureOf }))
  serveWeb(http)

  const checkpoints = setInterval(() => {
    for (const { audit } of [{ audit: systemAudit }, ...workspaces.values()]) {
      audit.checkpoint().catch((error: unknown) => http.log.error({ err: error }, 'a checkpoint failed'))
    }
  }, checkpointEvery)
  checkpoints.unref()
  const sweep = () =>
    workspaces.sweep().catch((error: unknown) => http.log.error({ err: error }, 'looking into workspaces failed'))
  let soon: NodeJS.Timeout | undefined
  const sweeps = setInterval(sweep, sweepEvery)
  sweeps.unref()
  http.addHook('onListen', () => {
    soon = setTimeout(async () => {
      await openAreas().catch((error: unknown) => http.log.error({ err: error }, 'preparing the API failed'))
      await sweep()
    }, soonAfter)
    soon.unref()
  })

  return {
    http,
    routes,
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
      clearTimeout(soon)
      await http.close()
      await Promise.all(areas.map(({ close }) => close()))
      await leaverLooks.stop()
      await workspaces.close()
      await system.close()
    },
  }
}
