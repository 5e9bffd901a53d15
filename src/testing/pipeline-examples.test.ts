import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { verifyVerdict } from '../modules/gate/index.ts'
import { testApp } from './app.ts'
import { givenReview, governedName } from './governed.ts'
import { pipelines, runPipeline } from './pipelines.ts'

test('the example of every pipeline deploys what the gate allows, and says what runs', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  const pipeline = await app.as('developer', { scopes: ['gate.check', 'deployment.report'] })
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.http.server.address() as AddressInfo
  const env = {
    MODELKEEP_URL: `http://127.0.0.1:${port}`,
    MODELKEEP_TOKEN: pipeline.token,
    MODELKEEP_PACKAGE: 'modelkeep.tgz',
    MODEL: `${governedName}@1`,
    ENVIRONMENT: 'prod',
  }
  const github = await pipelines['github-actions.yml']?.()
  const denied = await runPipeline(github ?? [], env)
  expect(denied).toMatchObject({ status: 3, deployed: false })
  expect(denied.output).toContain(`Denied: ${governedName} version 1 may not run in prod. 1 item, for a validator`)
  expect(denied.output).toContain('::error::')
  expect((await developer.get('/deployments')).json().deployments).toEqual([])

  await decide(validator)
  const names = Object.keys(pipelines)
  const told = await Promise.all(names.map(async (name) => runPipeline((await pipelines[name]?.()) ?? [], env)))
  for (const [i, { status, deployed, output, verdict }] of told.entries()) {
    expect({ name: names[i], status, deployed }, output).toEqual({ name: names[i], status: 0, deployed: true })
    expect(output).toContain(`Allowed: ${governedName} version 1 may run in prod`)
    if (names[i] === 'argo-cd.yaml') continue
    expect(verifyVerdict(verdict ?? '', [app.keys.signing.publicKey], app.clock.now()).outcome).toBe('verified')
    expect(output).toContain(`${governedName} version 1 runs in prod`)
  }
  expect((await developer.get('/deployments')).json().deployments).toHaveLength(3)
  expect((await developer.get('/gate/verdicts')).json().verdicts).toHaveLength(5)
}, 60_000)

test('every example goes on under a waiver, and stops when it is denied or nobody could be asked', async () => {
  const env = { MODEL: 'm@1', ENVIRONMENT: 'prod', MODELKEEP_PACKAGE: 'modelkeep.tgz' }
  const checkEndsWith = (status: number) => `if [ "$1" = gate ]; then exit ${status}; fi`
  for (const [name, jobs] of Object.entries(pipelines)) {
    for (const [status, goesOn] of [
      [4, true],
      [3, false],
      [2, false],
    ] as const) {
      const told = await runPipeline(await jobs(), env, checkEndsWith(status))
      const end = goesOn ? 0 : status
      expect({ name, ...told }, told.output).toMatchObject({ name, status: end, deployed: goesOn })
    }
  }
})
