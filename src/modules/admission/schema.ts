import { z } from 'zod'
import { EnvironmentName } from '../registry/schema.ts'

/** The name of a namespace, in which a `*` stands for any characters. */
export const NamespacePattern = z
  .string()
  .max(63)
  .regex(/^[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?$/, 'a namespace: lower-case letters, digits and -, or * for any')
export type NamespacePattern = z.infer<typeof NamespacePattern>

/** What happens to a workload that names no model. */
export const WithoutModel = z.enum(['allow', 'deny'])
export type WithoutModel = z.infer<typeof WithoutModel>

/** How a cluster's workloads are judged that belong to an environment. */
export const AdmissionRules = z.object({
  environment: EnvironmentName,
  namespaces: z.array(NamespacePattern),
  without_model: WithoutModel,
})
export type AdmissionRules = z.infer<typeof AdmissionRules>

/** What is left out stays as it is. */
export const AdmissionRulesInput = z.strictObject({
  namespaces: z.array(NamespacePattern).max(200).optional(),
  without_model: WithoutModel.optional(),
})
export type AdmissionRulesInput = z.infer<typeof AdmissionRulesInput>
