import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../modules/access/schema.ts'
import type { Admission, AdmissionAnswer } from '../../modules/admission/index.ts'
import { EnvironmentName } from '../../modules/registry/schema.ts'
import { nameOf, workloadOf } from './references.ts'
import { AdmissionReviewRequest, AdmissionReviewResponse } from './schema.ts'

/** Instead of an environment: the one that claims the namespace. No environment can have this name. */
const byNamespace = '_namespace'
/** A review carries an object and the one before it, each as large as a cluster stores. */
const largestReview = 8 * 1024 * 1024

/** The validating admission webhook of a Kubernetes API server. It sends no headers of ours, so the path says everything. */
export function kubernetesRoutes({ at }: { at: (req: FastifyRequest) => Admission }): FastifyPluginAsyncZod {
  const place = {
    workspace: z.string().min(1).max(63),
    environment: z.union([EnvironmentName, z.literal(byNamespace)]),
  }
  const tags = ['gate']
  const config = { requires: 'gate.check', model: 'any', workspaceIn: 'workspace', body: largestReview } as const
  const shared = { body: AdmissionReviewRequest, response: { 200: AdmissionReviewResponse } }

  return async (app) => {
    app.post('/admission/:workspace/:environment', {
      config,
      schema: {
        tags,
        summary: 'May this workload run? AdmissionReview v1; `_namespace` is the environment that claims the namespace',
        params: z.object(place),
        ...shared,
      },
      handler: (req) => answer(at(req), req.actor, req.params.environment, req.body),
    })

    app.post('/admission/:workspace/:environment/:token', {
      config: { ...config, tokenIn: 'token' },
      schema: {
        tags,
        summary:
          'The same for API servers that send no credentials: a token for gate.check alone is the end of the path',
        params: z.object({ ...place, token: z.string() }),
        ...shared,
      },
      handler: (req) => answer(at(req), req.actor, req.params.environment, req.body),
    })
  }
}

async function answer(
  admission: Admission,
  actor: Actor,
  environment: string,
  { request }: AdmissionReviewRequest,
): Promise<AdmissionReviewResponse> {
  const { uid, kind, object, oldObject, operation, subResource } = request
  if (operation === 'DELETE' || operation === 'CONNECT' || subResource || !object) return responseOf(uid, unasked)
  const workload = workloadOf(kind, object)
  const before = operation === 'UPDATE' && oldObject ? workloadOf(kind, oldObject) : undefined
  if (before && JSON.stringify(before) === JSON.stringify(workload)) return responseOf(uid, unasked)
  const told = await admission.review(actor, {
    environment: environment === byNamespace ? null : environment,
    references: workload.references,
    request: {
      uid,
      kind: kind.kind,
      namespace: request.namespace ?? '',
      name: (nameOf(object) || (request.name ?? '')).slice(0, 253),
      operation,
      user: request.userInfo?.username ?? '',
    },
    keep: request.dryRun !== true,
  })
  return responseOf(uid, told)
}

const unasked: AdmissionAnswer = { allowed: true, message: '', warnings: [], verdicts: [] }

function responseOf(uid: string, { allowed, message, warnings, verdicts }: AdmissionAnswer): AdmissionReviewResponse {
  const status = allowed ? { code: 200, message } : { code: 403, reason: 'Forbidden', message }
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(message === '' ? {} : { status }),
      ...(warnings.length === 0 ? {} : { warnings: [...warnings] }),
      ...(verdicts.length === 0 ? {} : { auditAnnotations: { verdicts: verdicts.join(' ') } }),
    },
  }
}
