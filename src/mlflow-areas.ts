import type { FastifyRequest } from 'fastify'
import { failureOf } from './http/errors.ts'
import type { Access } from './modules/access/index.ts'
import { mlflowUploads } from './protocols/mlflow/artifact-uploads.ts'
import { mlflowArtifacts, mlflowGetArtifact } from './protocols/mlflow/artifacts.ts'
import { mlflowExperimentPermissions } from './protocols/mlflow/experiment-permissions.ts'
import { mlflowTracking } from './protocols/mlflow/index.ts'
import { mlflowLoggedModels } from './protocols/mlflow/logged-models.ts'
import { mlflowModelPermissions } from './protocols/mlflow/model-permissions.ts'
import { mlflowRegistry } from './protocols/mlflow/registry.ts'
import { mlflowTraceArtifact } from './protocols/mlflow/trace-artifact.ts'
import { mlflowTraces2 } from './protocols/mlflow/traces.ts'
import { mlflowUsers } from './protocols/mlflow/users.ts'
import { mlflowWebhooks } from './protocols/mlflow/webhooks.ts'
import type { Workspace } from './workspace.ts'

type Uploads = Parameters<typeof mlflowUploads>[0]
type Parts = Pick<Uploads, 'inWorkspace' | 'addresses'> & {
  readonly access: Access
  readonly at: (req: FastifyRequest) => Workspace
}

/** What version 2 of MLflow's API consists of. */
export function mlflowAreas({ access, at, inWorkspace, addresses }: Parts) {
  return {
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
    rootAreas: [mlflowGetArtifact({ at })],
  }
}
