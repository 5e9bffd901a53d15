import { expect, test } from 'vitest'
import { permissionsOf, Role } from '../modules/access/schema.ts'
import { testApp } from '../testing/app.ts'

/** Values that have the form of every identifier in a path, and name nothing. */
function pathOf(url: string): string {
  return url
    .replace('/datasets/versions/:digest', `/datasets/versions/sha256:${'0'.repeat(64)}`)
    .replace('/people/:id', `/people/per_${'0'.repeat(24)}`)
    .replaceAll(/:version/g, '1')
    .replaceAll(/:\w+/g, 'nothing')
    .replace('*', 'nothing')
}

test('every route of the API asks who it is, and refuses exactly the roles that lack its permission', async () => {
  const app = await testApp()
  const clients = await Promise.all(Role.options.map(async (role) => ({ role, client: await app.as(role) })))
  const wrong: string[] = []
  let asked = 0

  for (const { url, method, config } of app.http.declaredRoutes) {
    if (!url.startsWith('/api/v1/') || config?.requires === undefined) continue
    const { requires } = config
    for (const each of [method].flat()) {
      const tell = (who: string, status: number) =>
        wrong.push(`${each} ${url} (${requires}) answers ${who} with ${status}`)
      const nobody = await app.anonymous.request(each, pathOf(url))
      if (requires === 'public' ? nobody.status === 403 : nobody.status !== 401) tell('nobody', nobody.status)
      asked++
      if (requires === 'public') continue
      for (const { role, client } of clients) {
        // A body without sense: who may ask gets another refusal than who may not.
        const { status } = await client.request(each, pathOf(url), each === 'GET' || each === 'HEAD' ? undefined : {})
        const may = requires === 'signed-in' || permissionsOf[role].includes(requires)
        const refused = status === 401 || status === 403
        if (may === refused || status >= 500) tell(role, status)
        asked++
      }
    }
  }
  expect(wrong).toEqual([])
  expect(asked).toBeGreaterThan(300)
}, 60_000)

test('a role on one model opens nothing that belongs to the whole workspace', async () => {
  const app = await testApp()
  const administrator = await app.as([{ role: 'administrator', model: 'mine' }])
  const wrong: string[] = []
  for (const { url, method, config } of app.http.declaredRoutes) {
    if (!url.startsWith('/api/v1/') || config?.model !== undefined) continue
    if (config?.requires === undefined || config.requires === 'public' || config.requires === 'signed-in') continue
    for (const each of [method].flat()) {
      const { status } = await administrator.request(each, pathOf(url))
      if (status !== 403) wrong.push(`${each} ${url}: ${status}`)
    }
  }
  expect(wrong).toEqual([])
})
