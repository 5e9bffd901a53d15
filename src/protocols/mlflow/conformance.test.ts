import { expect, test } from 'vitest'
import { deliveryScenario, startReceiver } from '../../../test/conformance/receiver.ts'
import { readScenario, replay, type ScenarioResult, scenariosIn } from '../../../test/conformance/replay.ts'
import { sendTo } from '../../../test/conformance/send.ts'
import { testApp } from '../../testing/app.ts'
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
  'traces_client',
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
  'logged_models_crud',
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
  'sklearn_autolog',
  'webhook_deliveries',
  'webhooks_crud',
])

async function replayed(scenario: string): Promise<ScenarioResult> {
  const receiver = scenario === deliveryScenario ? await startReceiver() : undefined
  const app = await testApp({ config: { webhookHosts: receiver ? ['127.0.0.1'] : [] } })
  const { token } = await app.as('administrator')
  const send = await sendTo(app, token)
  const exchanges = readScenario(folder, scenario)
  const result = await replay(scenario, exchanges, send, () => app.clock.advance(1), receiver?.known)
  for (const difference of (await receiver?.problems(folder)) ?? []) {
    result.problems.push({ seq: exchanges.length, request: 'deliveries', difference })
  }
  await receiver?.close()
  return result
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
