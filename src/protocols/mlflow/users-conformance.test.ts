import { expect, test } from 'vitest'
import { isAuthScenario, sendAsRecorded } from '../../../test/conformance/auth.ts'
import { readScenario, replay, scenariosIn } from '../../../test/conformance/replay.ts'
import { testApp } from '../../testing/app.ts'
import { describeShared, sharedPath } from '../../testing/shared.ts'

const folder = sharedPath('conformance', 'mlflow')

describeShared('recorded traffic of MLflow’s auth app', ['conformance', 'mlflow', 'index.json'], () => {
  test.each(scenariosIn(folder).filter((name) => isAuthScenario(readScenario(folder, name))))(
    '%s',
    async (scenario) => {
      const app = await testApp()
      const exchanges = readScenario(folder, scenario)
      const result = await replay(scenario, exchanges, await sendAsRecorded(app), () => app.clock.advance(1))
      const problems = result.problems.map(({ seq, request, difference }) => `${seq} ${request}: ${difference}`)
      expect(problems).toEqual([])
      expect(result.matching + result.excepted).toBe(exchanges.length)
    },
  )
})
