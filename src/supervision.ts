import type { FastifyRequest } from 'fastify'
import { lastBackups } from './backup/last.ts'
import { type Config, workspaceBlobs } from './config.ts'
import type { Connection } from './db/connect.ts'
import type { Clock } from './lib/clock.ts'
import type { Access } from './modules/access/index.ts'
import type { PersonId } from './modules/access/schema.ts'
import type { Audit } from './modules/audit/index.ts'
import { createRoom } from './modules/auditors/index.ts'
import { createConnections } from './modules/connections/index.ts'
import { listEnvironments } from './modules/registry/index.ts'
import type { SigningIn } from './modules/signin/index.ts'
import { createSimulator } from './modules/simulator/index.ts'
import type { Keys, Workspace } from './workspace.ts'
import type { OpenWorkspaces } from './workspaces.ts'

type Parts = {
  systemAudit: Pick<Audit, 'events'>
  config: Config
  clock: Clock
  system: Connection
  access: Access
  signIn: SigningIn
  keys: Keys
  workspaces: OpenWorkspaces
  at: (req: FastifyRequest) => Workspace
}

/** Services that look at accounts and at a workspace together. */
export function createSupervision({ systemAudit, config, clock, system, access, signIn, keys, workspaces, at }: Parts) {
  const placeOf = (name: string) => {
    const place = workspaceBlobs(config, name)
    return place.kind === 'folder' ? 'a folder of the server' : `the bucket ${place.bucket}`
  }

  async function providers() {
    const known = config.providers ?? []
    if (known.length === 0) return []
    const { events } = await systemAudit.events({ action: 'session.opened', limit: 500 })
    return known.map(({ id, label, issuer }) => ({
      id,
      label,
      issuer,
      lastUsed: events.find(({ body }) => body.detail.provider === id)?.body.at,
    }))
  }

  return {
    async dutiesOf(person: PersonId) {
      const held: { workspace: string; duties: number }[] = []
      await workspaces.inEach(async ({ name, duties }) => {
        const count = await duties.countOf(person)
        if (count > 0) held.push({ workspace: name, duties: count })
      })
      return held
    },

    roomOf(req: FastifyRequest) {
      const { connection, audit, registry, auditors } = at(req)
      return createRoom({
        db: connection.db,
        clock,
        workspace: req.workspace,
        audit,
        registry,
        reads: auditors,
        seatsOf: access.in(req.workspace).seats.list,
        names: access.people.names,
      })
    },

    simulatorOf(req: FastifyRequest) {
      const { people, roles } = access.in(req.workspace)
      const { connection, registry, duties, reviews } = at(req)
      return createSimulator({
        workspace: req.workspace,
        clock,
        people: people.visible.list,
        roles: roles.list,
        tokens: access.tokens.list,
        registry,
        environments: () => listEnvironments(connection.db),
        duties,
        reviews,
      })
    },

    connectionsOf(req: FastifyRequest) {
      const { connection, blobs, audit, notifications, evaluations } = at(req)
      return createConnections({
        clock,
        system,
        connection,
        blobs: { store: blobs, place: placeOf(req.workspace) },
        audit,
        webhooks: notifications.webhooks.standings,
        keys: { signing: [keys.log, keys.signing], secrets: keys.webhooks },
        scoringHosts: config.scoringHosts ?? [],
        endpoints: evaluations.dryRuns,
        checkProvider: signIn.oidc.check,
        names: access.people.names,
        backups: () => lastBackups(config),
        providers,
      })
    },
  }
}
