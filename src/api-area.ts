import type { FastifyPluginAsync } from 'fastify'
import { serverRoutes } from './http/server-routes.ts'
import { inOneContext } from './lib/one-context.ts'
import { accessRoutes, personalKeyRoutes, roleRoutes } from './modules/access/index.ts'
import { type Audit, auditRoutes } from './modules/audit/index.ts'
import { auditorRoutes } from './modules/auditors/index.ts'
import { connectionRoutes } from './modules/connections/index.ts'
import { type SetUp, setUpRoutes } from './modules/setup/index.ts'
import {
  accountRoutes,
  type Cookies,
  oidcRoutes,
  type SigningIn,
  signInAdminRoutes,
  signInRoutes,
} from './modules/signin/index.ts'
import { simulatorRoutes } from './modules/simulator/index.ts'
import { type Workspaces, workspaceRoutes } from './modules/workspaces/index.ts'
import { createSupervision } from './supervision.ts'
import { groupsOfWorkspace } from './workspace-routes.ts'

type Parts = Parameters<typeof serverRoutes>[0] &
  Parameters<typeof createSupervision>[0] & {
    readonly signIn: SigningIn
    readonly cookies: Cookies
    readonly setUp: SetUp
    readonly registry: Workspaces
    readonly systemAudit: Audit
  }

/** Every route of the product's own API, below its prefix. */
export function apiRoutes(parts: Parts): FastifyPluginAsync {
  const { config, keys, access, signIn, cookies, setUp, registry, systemAudit, at } = parts
  const supervision = createSupervision(parts)
  const { names } = access.people
  return async (scope) => {
    const api = inOneContext(scope)
    await api.register(serverRoutes({ config, keys }))
    await api.register(accessRoutes(access, { dutiesOf: supervision.dutiesOf }))
    await api.register(signInRoutes({ access, signIn, cookies, awaitsSetUp: setUp.isAwaited }))
    await api.register(setUpRoutes(setUp))
    await api.register(oidcRoutes({ signIn, cookies }))
    await api.register(accountRoutes({ signIn, cookies }))
    await api.register(signInAdminRoutes({ signIn }))
    await api.register(roleRoutes(access))
    await api.register(personalKeyRoutes(access))
    await api.register(workspaceRoutes(registry))
    await api.register(auditRoutes({ path: '/audit', at: (req) => at(req).audit, names }))
    await api.register(auditRoutes({ path: '/audit/accounts', at: () => systemAudit, names }))
    for (const group of groupsOfWorkspace({ at, names })) await api.register(group)
    await api.register(
      auditorRoutes({
        room: supervision.roomOf,
        reads: (req) => at(req).auditors,
        demandSeat: (req, id) => access.in(req.workspace).seats.get(id),
        names,
      }),
    )
    await api.register(simulatorRoutes({ at: supervision.simulatorOf }))
    await api.register(connectionRoutes({ at: supervision.connectionsOf }))
  }
}
