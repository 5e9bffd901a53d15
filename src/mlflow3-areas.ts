import type { FastifyRequest } from 'fastify'
import type { Config } from './config.ts'
import { failureOf } from './http/errors.ts'
import type { Workspaces } from './modules/workspaces/index.ts'
import { mlflowEvaluationDatasets } from './protocols/mlflow/evaluation-datasets.ts'
import { mlflow3Routes } from './protocols/mlflow/index.ts'
import { mlflowIssues } from './protocols/mlflow/issues.ts'
import { mlflowScorers } from './protocols/mlflow/scorers.ts'
import { mlflowTraceArtifact } from './protocols/mlflow/trace-artifact.ts'
import { mlflowTraces3 } from './protocols/mlflow/traces.ts'
import { mlflowWorkspaces } from './protocols/mlflow/workspaces.ts'
import type { Workspace } from './workspace.ts'

type Parts = {
  readonly config: Config
  readonly registry: Workspaces
  readonly at: (req: FastifyRequest) => Workspace
}

/** What version 3 of MLflow's API consists of. */
export function mlflow3({ config, registry, at }: Parts) {
  return mlflow3Routes({
    failureOf,
    areas: [
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
  })
}
