import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { InjectOptions } from 'fastify'
import { expect, test } from 'vitest'
import { readScenario, replay, type ScenarioResult, type Send, scenariosIn } from '../../../test/conformance/replay.ts'
import { type TestApp, testApp } from '../../testing/app.ts'
import { describeShared, sharedPath } from '../../testing/shared.ts'

const folder = sharedPath('conformance', 'mlflow')

/** Every exchange of these scenarios must match, or be excepted with a reason. */
const required = new Set([
  'aliases',
  'artifacts_client',
  'artifacts_proxied_raw',
  'artifacts_traversal',
  'model_versions_crud',
  'model_versions_errors',
  'registered_models_crud',
  'registered_models_errors',
  'registered_models_search',
  'registry_client_flow',
  'stages',
  'client_run_flow',
  'experiment_delete_cascades',
  'experiments_crud',
  'experiments_errors',
  'experiments_search',
  'fluent_runs',
  'http_edges',
  'log_batch',
  'log_batch_errors',
  'log_inputs',
  'log_metric',
  'log_metric_errors',
  'log_param',
  'metric_history_paging',
  'metric_latest_value',
  'run_name_rules',
  'run_tags',
  'runs_create_errors',
  'runs_lifecycle',
  'search_attribute_filters',
  'search_dataset_filters',
  'search_errors',
  'search_metrics_filters',
  'search_order_by',
  'search_pagination',
  'search_params_filters',
])

async function replayed(scenario: string): Promise<ScenarioResult> {
  const app = await testApp()
  const administrator = await app.as('administrator')
  const { token } = administrator
  // The recorded server has no gate before any alias.
  await administrator.put('/environments/prod', { mode: 'enforce', protected_aliases: [] })
  const send: Send = async ({ method, url, headers, body }) => {
    const reply = await app.http.inject({
      method: method as 'GET',
      url,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    } satisfies InjectOptions)
    return { status: reply.statusCode, headers: reply.headers, body: reply.rawPayload }
  }
  const sender = scenario.startsWith('artifacts_') ? await overSocket(app, token) : send
  return replay(scenario, readScenario(folder, scenario), sender, () => app.clock.advance(1))
}

/** Paths arrive exactly as written: `inject` would take `..` out of them. */
async function overSocket(app: TestApp, token: string): Promise<Send> {
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.http.server.address() as AddressInfo
  return ({ method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const given = { authorization: `Bearer ${token}`, ...headers }
      const sent = request({ host: '127.0.0.1', port, method, path: url, headers: given }, async (reply) => {
        const chunks: Buffer[] = []
        for await (const chunk of reply) chunks.push(chunk as Buffer)
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(chunks) })
      })
      sent.on('error', reject)
      sent.end(body)
    })
}

describeShared('recorded MLflow traffic', ['conformance', 'mlflow', 'index.json'], () => {
  const chosen = process.env.SCENARIO?.split(',')
  for (const scenario of chosen ?? scenariosIn(folder).filter((name) => required.has(name))) {
    test(scenario, async () => {
      const result = await replayed(scenario)
      const { matching, exchanges, excepted } = result
      console.info(`${scenario}: ${matching} of ${exchanges} match, ${excepted} differ on purpose`)
      const problems = result.problems.map(({ seq, request, difference }) => `${seq} ${request}: ${difference}`)
      expect(problems).toEqual([])
    })
  }
})
