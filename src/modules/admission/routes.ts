import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EnvironmentName } from '../registry/schema.ts'
import { AdmissionRules, AdmissionRulesInput } from './schema.ts'
import type { Admission } from './service.ts'

const tags = ['gate']

/** How clusters that ask the gate are judged. The question itself is Kubernetes' own. */
export function admissionRoutes({ at }: { at: (req: FastifyRequest) => Admission }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/admission/rules', {
      config: { requires: 'registry.read', model: 'any' },
      schema: {
        tags,
        summary: 'Which namespaces of a cluster are which environment, and what happens to workloads without a model',
        response: { 200: z.object({ rules: z.array(AdmissionRules) }) },
      },
      handler: async (req) => ({ rules: await at(req).rules() }),
    })

    app.put('/environments/:name/admission', {
      config: { requires: 'environment.write' },
      schema: {
        tags,
        summary: 'Set how a cluster’s workloads are judged that belong to an environment',
        params: z.object({ name: EnvironmentName }),
        body: AdmissionRulesInput,
        response: { 200: AdmissionRules },
      },
      handler: (req) => at(req).setRules(req.actor, req.params.name, req.body),
    })
  }
}
