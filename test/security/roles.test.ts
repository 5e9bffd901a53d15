import { expect, test } from 'vitest'
import { type Permission, permissionsOf, Role } from '../../src/modules/access/schema.ts'
import { testApp } from '../../src/testing/app.ts'
import { type Declared, declaredOf, pathOf, rowOf } from './declared.ts'

/** Addresses that carry a signature in place of a person: without one they are refused. */
const signed = /mlflow-artifacts\/(mpu\/parts|uploads|files)\//

/** Folders of experiments, which contributors write to where they are let in. */
const ofExperiments = /mlflow-artifacts\//

/** In an address a token counts only if it can do nothing else. */
const inAddress = /\/:token$/
const forTheGate = 'a token for the gate'

/** Whether an answer is a refusal for want of a permission; MLflow's clients get 404 for nothing else. */
const isRefusal = (status: number) => status === 401 || status === 403

test('every route is in the checked-in table of permissions and limits, so that a review sees every change of one', async () => {
  const app = await testApp()
  const rows = declaredOf(await app.routes()).map(rowOf)
  expect(rows.filter((row) => !/ \d+ (KiB|MiB|GiB)( streamed)? \d+\+\d+\/min/.test(row))).toEqual([])
  // A line that is missing or differs fails here; `vitest -u` writes the table anew.
  await expect(`${rows.sort(byPath).join('\n')}\n`).toMatchFileSnapshot('routes.txt')
}, 20_000)

test('every operation refuses exactly those who lack its permission, before it looks at what they sent', async () => {
  const app = await testApp({ config: { workspaces: 'on' } })
  const roles = await Promise.all(
    Role.options.map(async (role) => ({
      who: role as string,
      may: permissionsOf[role],
      token: (await app.as(role)).token,
    })),
  )
  const narrow: Permission[] = ['gate.check']
  const everyone = [
    ...roles,
    { who: forTheGate, may: narrow, token: (await app.as('administrator', { scopes: narrow })).token },
  ]
  const wrong: string[] = []
  let asked = 0

  async function ask({ method, url }: Declared, token: string | undefined, payload: string): Promise<number> {
    asked++
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    const body = method === 'GET' || method === 'DELETE' ? {} : { payload }
    return (
      await app.http.inject({
        method: method as 'GET',
        url: pathOf(url.replace(':token', token ?? ':token')),
        headers,
        ...body,
      })
    ).statusCode
  }

  for (const route of declaredOf(await app.routes())) {
    const { requires } = route
    const tell = (who: string, status: number) => wrong.push(`${rowOf(route)} answers ${who} with ${status}`)
    const nobody = await ask(route, undefined, '{')
    if (requires === 'public' ? isRefusal(nobody) && !signed.test(route.url) : nobody !== 401) tell('nobody', nobody)
    if (requires === 'public') continue
    for (const { who, may, token } of everyone) {
      if (who === 'contributor' && requires === 'artifacts.write' && ofExperiments.test(route.url)) continue
      const counts = who === forTheGate || !inAddress.test(route.url)
      const allowed = counts && (requires === 'signed-in' || may.some((permission) => permission === requires))
      // A body that cannot even be read shows that a refusal does not wait for it.
      const status = await ask(route, token, allowed ? '{}' : '{')
      if (status >= 500 || (allowed ? isRefusal(status) : status !== 403)) tell(who, status)
    }
  }
  expect(wrong).toEqual([])
  expect(asked).toBeGreaterThan(1500)
}, 60_000)

test('MLflow’s other prefix leads to the same routes, and to nothing else', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const at = (url: string) => app.http.inject({ url, headers: { authorization: `Bearer ${developer.token}` } })
  expect((await at('/ajax-api/2.0/mlflow/experiments/get?experiment_id=0')).statusCode).toBe(200)
  expect((await app.anonymous.get('/ajax-api/2.0/mlflow/experiments/get?experiment_id=0')).status).toBe(401)
  for (const url of ['/ajax-api/v1/people', '/ajax-api/4.0/mlflow/experiments/get', '/ajax-api/']) {
    expect((await at(url)).statusCode, url).toBe(404)
  }
})

test('a role on one model opens nothing that belongs to the whole workspace', async () => {
  const app = await testApp()
  const administrator = await app.as([{ role: 'administrator', model: 'mine' }])
  const wrong: string[] = []
  for (const { url, method, requires, model } of declaredOf(await app.routes())) {
    if (model !== undefined) continue
    if (requires === 'public' || requires === 'signed-in') continue
    const headers = { authorization: `Bearer ${administrator.token}` }
    const { statusCode } = await app.http.inject({ method: method as 'GET', url: pathOf(url), headers })
    if (statusCode !== 403) wrong.push(`${method} ${url}: ${statusCode}`)
  }
  expect(wrong).toEqual([])
}, 20_000)

function byPath(a: string, b: string): number {
  const [left, right] = [a.slice(7), b.slice(7)]
  return left < right ? -1 : left > right ? 1 : a < b ? -1 : 1
}
