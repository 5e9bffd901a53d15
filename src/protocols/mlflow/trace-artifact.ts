import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import type { Artifacts } from '../../modules/artifacts/index.ts'
import type { Traces } from '../../modules/traces/index.ts'
import { download, lookup } from './artifacts.ts'
import { missingParameter } from './errors.ts'
import { fieldsIn } from './fields.ts'
import { spanFileText } from './trace-messages.ts'

type Parts = { at: (req: FastifyRequest) => { traces: Traces; artifacts: Artifacts } }

const dataFile = 'traces.json'

/**
 * The spans of a trace as one file, and files that hang on it. Clients before 3.4 upload their spans as that file; spans that
 * came one by one are written into the same form.
 */
export function mlflowTraceArtifact({ at }: Parts): FastifyPluginAsync {
  return async (app) => {
    app.get('/mlflow/get-trace-artifact', {
      config: { requires: 'tracking.read' },
      handler: async (req, reply) => {
        const fields = fieldsIn(req)
        const id = fields.text('request_id') || fields.text('trace_id')
        if (!id) throw missingParameter('request_id')
        const { traces, artifacts } = at(req)
        await traces.demand(req.actor, 'READ', [id])
        const trace = await traces.get(id)
        const path = fields.text('path') ?? ''
        if (path === '') {
          const spans = (await traces.spans([id])).get(id) ?? []
          if (spans.length > 0) {
            return reply
              .header('content-disposition', `attachment; filename="${dataFile}"`)
              .type('application/json; charset=utf-8')
              .serializer(String)
              .send(`{"spans":[${spans.map(spanFileText).join(',')}]}`)
          }
        }
        const location = trace.tags.find(({ key }) => key === 'mlflow.artifactLocation')?.value ?? ''
        if (location === '') throw badRequest('The artifacts of this trace are not stored here.')
        const file = lookup(path === '' ? dataFile : path)
        return download(req, reply, artifacts.at(location), file, () => `Trace data not found for request_id=${id}`)
      },
    })
  }
}
