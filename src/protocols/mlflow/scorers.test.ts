import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

const scorers = '/api/3.0/mlflow/scorers'
const issues = '/api/3.0/mlflow/issues'

test('scorers are numbered by name and experiment, listed with their newest version, and deleted with a trace', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const register = (name: string, text: string) =>
    client.post(`${scorers}/register`, { experiment_id: '0', name, serialized_scorer: text })
  expect((await register('polite', '{"v": 1}')).json()).toMatchObject({
    version: 1,
    name: 'polite',
    experiment_id: '0',
  })
  expect((await register('polite', '{"v": 2}')).json()).toMatchObject({ version: 2 })
  await register('brief', '{}')

  const list = (await client.get(`${scorers}/list?experiment_id=0`)).json().scorers
  expect(list).toMatchObject([
    { scorer_name: 'brief', scorer_version: 1, experiment_id: 0 },
    { scorer_name: 'polite', scorer_version: 2, serialized_scorer: '{"v": 2}' },
  ])
  const get = (query: string) => client.get(`${scorers}/get?experiment_id=0&name=polite${query}`)
  expect((await get('')).json().scorer.scorer_version).toBe(2)
  expect((await get('&version=1')).json().scorer.serialized_scorer).toBe('{"v": 1}')
  expect((await get('&version=9')).json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
  expect((await client.get(`${scorers}/versions?experiment_id=0&name=polite`)).json().scorers).toHaveLength(2)

  const gone = { experiment_id: '0', name: 'polite' }
  expect((await client.request('DELETE', `${scorers}/delete`, { ...gone, version: 2 })).status).toBe(200)
  expect((await get('')).json().scorer.scorer_version).toBe(1)
  expect((await register('polite', '{"v": 3}')).json().version).toBe(3)
  expect((await client.request('DELETE', `${scorers}/delete`, gone)).status).toBe(200)
  expect((await client.request('DELETE', `${scorers}/delete`, gone)).status).toBe(404)
  const actions = (await app.trail('experiment:0')).map(({ action }) => action)
  expect(actions.filter((action) => action.startsWith('scorer.'))).toEqual([
    'scorer.registered',
    'scorer.registered',
    'scorer.registered',
    'scorer.deleted',
    'scorer.registered',
    'scorer.deleted',
  ])
})

test('sixteen registrations at once get sixteen numbers', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const replies = await Promise.all(
    Array.from({ length: 16 }, () =>
      client.post(`${scorers}/register`, { experiment_id: '0', name: 'same', serialized_scorer: '{}' }),
    ),
  )
  const numbers = replies.map((reply) => reply.json().version).toSorted((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 16 }, (_, index) => index + 1))
})

test('an issue is recorded, found by its status, and changed with an event', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const input = { experiment_id: '0', name: 'Rude', description: 'It insults people.', frequency: 0.25 }
  const { issue } = (await client.post(issues, input)).json()
  expect(issue).toMatchObject({ ...input, status: 'pending' })
  const changed = await client.patch(`${issues}/${issue.issue_id}`, { status: 'resolved' })
  expect(changed.json().issue).toMatchObject({ name: 'Rude', status: 'resolved', description: 'It insults people.' })
  expect((await client.get(`${issues}/${issue.issue_id}`)).json().issue.status).toBe('resolved')
  const found = async (body: object) => (await client.post(`${issues}/search`, body)).json().issues?.length ?? 0
  expect(await found({ experiment_id: '0', status: 'resolved' })).toBe(1)
  expect(await found({ filter_string: "status = 'pending'" })).toBe(0)
  const actions = (await app.trail(`issue:${issue.issue_id}`)).map(({ action }) => action)
  expect(actions).toEqual(['issue.created', 'issue.updated'])

  expect((await client.post(issues, { ...input, frequency: 2 })).status).toBe(400)
  expect((await client.get(`${issues}/iss-none`)).json().error_code).toBe('RESOURCE_DOES_NOT_EXIST')
})
