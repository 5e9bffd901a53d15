import { z } from 'zod'

const Kind = z.looseObject({ group: z.string().default(''), version: z.string(), kind: z.string().max(200) })
/** Whatever the cluster stores; it is read with care. */
const KubernetesObject = z.record(z.string(), z.unknown())

/** What an API server asks a webhook: `AdmissionReview` of `admission.k8s.io/v1`, as far as it is read here. */
export const AdmissionReviewRequest = z.looseObject({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.looseObject({
    uid: z.string().min(1).max(200),
    kind: Kind,
    subResource: z.string().nullish(),
    name: z.string().max(1000).nullish(),
    namespace: z.string().max(253).nullish(),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
    userInfo: z.looseObject({ username: z.string().max(2000).nullish() }).nullish(),
    object: KubernetesObject.nullish(),
    oldObject: KubernetesObject.nullish(),
    dryRun: z.boolean().nullish(),
  }),
})
export type AdmissionReviewRequest = z.infer<typeof AdmissionReviewRequest>

export const AdmissionReviewResponse = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  response: z.object({
    uid: z.string(),
    allowed: z.boolean(),
    status: z.object({ code: z.int(), reason: z.string().optional(), message: z.string() }).optional(),
    warnings: z.array(z.string()).optional(),
    auditAnnotations: z.record(z.string(), z.string()).optional(),
  }),
})
export type AdmissionReviewResponse = z.infer<typeof AdmissionReviewResponse>

/** Parts of Kubernetes' objects; what has another shape is not one of them. */
export const Annotations = z.record(z.string(), z.string())
const Container = z.looseObject({ name: z.string().optional(), image: z.string().optional() })
export const PodSpec = z.looseObject({
  containers: z.array(Container).optional(),
  initContainers: z.array(Container).optional(),
})
export type PodSpec = z.infer<typeof PodSpec>
