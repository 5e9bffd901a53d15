import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { admissionRoutes } from './modules/admission/index.ts'
import { auditorRequestRoutes } from './modules/auditor-requests/index.ts'
import { breakGlassRoutes } from './modules/break-glass/index.ts'
import { challengeRoutes } from './modules/challenges/index.ts'
import { commentRoutes } from './modules/comments/index.ts'
import { datasetRoutes } from './modules/datasets/index.ts'
import { dutyRoutes } from './modules/duties/index.ts'
import { evaluationRoutes } from './modules/evaluation/index.ts'
import { findingRoutes } from './modules/findings/index.ts'
import { gateRoutes } from './modules/gate/index.ts'
import { importRoutes } from './modules/imports/index.ts'
import { notificationRoutes } from './modules/notifications/index.ts'
import { policyRoutes } from './modules/policy/index.ts'
import { environmentRoutes, registryRoutes, runRoutes } from './modules/registry/index.ts'
import { retentionRoutes } from './modules/retention/index.ts'
import { reviewRoutes } from './modules/reviews/index.ts'
import { studioRoutes } from './modules/studio/index.ts'
import { systemRoutes } from './modules/systems/index.ts'
import { traceRoutes } from './modules/traces/index.ts'
import { trackingEditRoutes, trackingRoutes } from './modules/tracking/index.ts'
import { validationRoutes } from './modules/validation/index.ts'
import { workRoutes } from './modules/work/index.ts'
import { kubernetesRoutes } from './protocols/kubernetes/index.ts'
import type { Workspace } from './workspace.ts'

type RouteParts = {
  at: (req: FastifyRequest) => Workspace
  names: (ids: readonly string[]) => Promise<Map<string, string>>
}

/** Every group of routes that needs nothing but the workspace of the request, below `/api/v1`. */
export function groupsOfWorkspace({ at, names }: RouteParts): readonly FastifyPluginAsync[] {
  return [
    trackingRoutes({ at: (req) => at(req).tracking }),
    trackingEditRoutes({ at: (req) => at(req).tracking }),
    traceRoutes({ at: (req) => at(req).traces }),
    datasetRoutes({
      at: (req) => at(req).datasets,
      usedBy: (req, actor, digest) => at(req).registry.usesOf(actor, digest),
    }),
    registryRoutes({
      at: (req) => at(req).registry,
      aliases: (req) => at(req).gate.aliases,
      names: names,
    }),
    systemRoutes({ at: (req) => at(req).systems }),
    environmentRoutes({ at: (req) => at(req).registry }),
    runRoutes({ at }),
    evaluationRoutes({ at: (req) => at(req).evaluations }),
    policyRoutes({ at: (req) => at(req).policies }),
    studioRoutes({ at: (req) => at(req).studio }),
    findingRoutes({ at: (req) => at(req).findings }),
    reviewRoutes({ at: (req) => at(req).reviews }),
    commentRoutes({ at: (req) => at(req).comments }),
    dutyRoutes({ at: (req) => at(req).duties }),
    validationRoutes({ at: (req) => at(req).validations, names: names }),
    auditorRequestRoutes({ at: (req) => at(req).auditorRequests }),
    workRoutes({ at: (req) => at(req).work }),
    gateRoutes({ at: (req) => at(req).gate }),
    admissionRoutes({ at: (req) => at(req).admission }),
    challengeRoutes({ at: (req) => at(req).challenges }),
    breakGlassRoutes({ at: (req) => at(req).breakGlass }),
    kubernetesRoutes({ at: (req) => at(req).admission }),
    importRoutes({ at: (req) => at(req).liveImports }),
    retentionRoutes({ at: (req) => at(req).retention }),
    notificationRoutes({ at: (req) => at(req).notifications }),
  ]
}
