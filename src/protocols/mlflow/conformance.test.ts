import { expect, test } from 'vitest'
import { receiverFor } from '../../../test/conformance/receiver.ts'
import { readScenario, replay, type ScenarioResult, scenariosIn } from '../../../test/conformance/replay.ts'
import { sendTo } from '../../../test/conformance/send.ts'
import { testApp } from '../../testing/app.ts'
import { describeShared, readSharedJson, sharedPath } from '../../testing/shared.ts'

const folder = sharedPath('conformance', 'mlflow')

async function replayed(scenario: string): Promise<ScenarioResult> {
  const exchanges = readScenario(folder, scenario)
  const receiver = await receiverFor(folder, scenario, exchanges)
  const app = await testApp({ config: { webhookHosts: receiver ? ['127.0.0.1'] : [] } })
  const { token } = await app.as('administrator')
  const send = await sendTo(app, token)
  const result = await replay(scenario, exchanges, send, () => app.clock.advance(1), receiver?.known)
  for (const difference of (await receiver?.problems()) ?? []) {
    result.problems.push({ seq: exchanges.length, request: 'deliveries', difference })
  }
  await receiver?.close()
  return result
}

describeShared('recorded MLflow traffic', ['conformance', 'mlflow', 'index.json'], () => {
  test('every scenario of the index is replayed', () => {
    const { scenarios } = readSharedJson<{ scenarios: { scenario: string }[] }>('conformance', 'mlflow', 'index.json')
    expect(scenariosIn(folder)).toEqual(scenarios.map(({ scenario }) => scenario).sort())
  })

  const chosen = process.env.SCENARIO?.split(',')
  for (const scenario of chosen ?? scenariosIn(folder).filter((name) => !name.startsWith('auth_'))) {
    test(scenario, async () => {
      const result = await replayed(scenario)
      const { matching, exchanges, excepted } = result
      console.info(`${scenario}: ${matching} of ${exchanges} match, ${excepted} differ on purpose`)
      const problems = result.problems.map(({ seq, request, difference }) => `${seq} ${request}: ${difference}`)
      expect(problems).toEqual([])
    })
  }
})
