import { expect, test, vi } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenModel, givenReady, givenVersion, governedName } from '../../testing/governed.ts'
import { verifyVerdict } from '../gate/index.ts'

const question = { model: governedName, version: 1, environment: 'prod' }
const reason = 'Scoring has stood still since noon.'
const agreed = 'Seen, and worse without it.'
const hour = 3_600_000

test('what the gate denies runs for some hours when two people say so, and stays red until somebody has reviewed it', async () => {
  const app = await testApp()
  const { developer, version, base } = await givenReady(app)
  const validator = await app.as('validator')
  const requested = (await developer.post('/break-glass', { ...question, reason, hours: 2 })).json()
  const { id } = requested.break_glass
  expect(requested).toMatchObject({
    outcome: 'recorded',
    break_glass: { state: 'requested', hours: 2, requested_by: developer.person.id, finding_id: null, reviewed: false },
  })
  expect((await developer.post('/gate/checks', question)).json()).toMatchObject({ outcome: 'denied', proceed: false })
  expect((await developer.post('/break-glass', { ...question, reason })).json().detail).toContain(`${id} is requested`)

  const { break_glass } = (await validator.post(`/break-glass/${id}/confirmation`, { reason: agreed })).json()
  const until = new Date(app.clock.now().getTime() + 2 * hour).toISOString()
  expect(break_glass).toMatchObject({ state: 'active', until, confirmed_by: validator.person.id })
  const named = { id, until, requested_by: developer.person.id, confirmed_by: validator.person.id }

  const given = (await developer.get(`/gate/verdicts/${break_glass.verdict_id}`)).json()
  expect(given).toMatchObject({ outcome: 'allowed', proceed: true, expires_at: until, break_glass: named })
  const read = verifyVerdict(JSON.stringify(given), [app.keys.signing.publicKey], app.clock.now())
  expect(read).toMatchObject({ outcome: 'verified', verdict: { outcome: 'allowed', break_glass: named } })
  expect((await developer.post('/gate/checks', question)).json().break_glass).toEqual(named)
  expect((await developer.put(`/models/${governedName}/aliases/champion`, { version: 1 })).json().outcome).toBe('moved')
  expect((await developer.get(`${base}/standing`)).json()).toMatchObject({
    outcome: 'allowed',
    break_glass: named,
    sentence: expect.stringMatching(/^May run in prod until .+ because the glass was broken: .+ are not met\.$/),
  })

  const { finding } = (await developer.get(`/findings/${break_glass.finding_id}`)).json()
  expect(finding).toMatchObject({
    severity: 'high',
    owner: developer.person.id,
    version_id: version.id,
    title: 'The glass of prod was broken for version 1',
    description: expect.stringContaining(reason),
    due_at: new Date(Date.parse(until) + 48 * hour).toISOString(),
  })
  const actions = (await app.trail(`break_glass:${id}`)).map(({ action }) => action)
  expect(actions).toEqual(['break_glass.requested', 'break_glass.confirmed'])
  expect((await app.trail(`finding:${finding.id}`)).map(({ action }) => action)).toContain('finding.opened')

  app.clock.advance(2 * hour)
  expect((await developer.post('/gate/checks', question)).json()).toMatchObject({ outcome: 'denied' })
  expect((await developer.get('/break-glass')).json().break_glass).toMatchObject([
    { id, state: 'over', reviewed: false },
  ])
  await developer.post(`/findings/${finding.id}/resolve`, { proof: 'The cause is mended in version 2.' })
  const own = await developer.post(`/findings/${finding.id}/verify`, { note: 'I looked at it again.' })
  expect(own.status).toBeGreaterThanOrEqual(400)
  expect((await developer.get('/break-glass')).json().break_glass).toHaveLength(1)
  const other = await app.as('validator')
  expect((await other.post(`/findings/${finding.id}/verify`, { note: 'Looked at the plan.' })).status).toBe(200)
  expect((await developer.get('/break-glass')).json().break_glass).toEqual([])
  expect((await developer.get(`/break-glass/${id}`)).json()).toMatchObject({ state: 'over', reviewed: true })
  expect((await developer.get('/break-glass?state=all')).json().break_glass).toHaveLength(1)
})

test('the second person neither asked nor made the version, whatever roles they hold', async () => {
  const app = await testApp()
  const maker = await app.as('administrator')
  await givenModel(maker)
  await givenVersion(maker)
  const all = await app.as('administrator')
  const other = await app.as('administrator')
  const login = 'bot'
  const bot = (
    await all.post('/people', { login, name: 'Bot', kind: 'service', grants: [{ role: 'developer' }] })
  ).json()
  const { secret } = (await all.post('/tokens', { name: 'bot', person: bot.id })).json()
  const machine = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
  const byMachine = await app.anonymous.request('POST', '/break-glass', { ...question, reason }, machine)
  expect(byMachine.json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'person' }] })
  const asked = async () => (await all.post('/break-glass', { ...question, reason })).json().break_glass.id as string
  const id = await asked()
  const confirm = (who: typeof all) => who.post(`/break-glass/${id}/confirmation`, { reason: agreed })
  const work = async (who: typeof all) => (await who.get('/work')).json()
  expect((await work(other)).mine).toContainEqual(
    expect.objectContaining({ kind: 'break_glass', consequence: 'blocks', detail: reason, model: governedName }),
  )
  const kinds = (items: { kind: string }[]) => items.map(({ kind }) => kind)
  expect(kinds((await work(all)).others)).toContain('break_glass')
  expect(kinds((await work(maker)).mine)).not.toContain('break_glass')
  const own = await confirm(all)
  expect(own.status).toBe(409)
  expect(own.json()).toEqual({
    outcome: 'refused',
    reasons: [{ rule: 'requester', message: 'You asked for this, so somebody else has to confirm.' }],
  })
  const made = await confirm(maker)
  expect(made.status).toBe(409)
  expect(made.json().reasons).toMatchObject([{ rule: 'developer', message: expect.stringContaining('has to confirm') }])
  expect((await app.trail(`break_glass:${id}`)).at(-1)).toMatchObject({ action: 'break_glass.refused' })
  expect((await confirm(await app.as('auditor'))).status).toBe(403)
  expect((await confirm(await app.as([{ role: 'validator', model: 'another' }]))).status).toBe(404)
  expect((await confirm(other)).json().outcome).toBe('recorded')
  expect((await confirm(other)).status).toBe(409)
})

test('a break-glass ends by itself, before its time by hand, and a request that nobody confirms lapses', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  const validator = await app.as('validator')
  const administrator = await app.as('administrator')
  const asked = async (more = {}) => developer.post('/break-glass', { ...question, reason, ...more })
  const first = (await asked()).json().break_glass
  expect(first.hours).toBe(4)
  app.clock.advance(4 * hour)
  const late = await validator.post(`/break-glass/${first.id}/confirmation`, { reason: agreed })
  expect(late.json()).toMatchObject({ status: 409, detail: `${first.id} is lapsed` })

  const second = (await asked()).json().break_glass
  const back = await developer.post(`/break-glass/${second.id}/end`, { reason: 'It works again by itself.' })
  expect(back.json()).toMatchObject({ state: 'withdrawn', ended_by: developer.person.id })

  const third = (await asked()).json().break_glass
  await validator.post(`/break-glass/${third.id}/confirmation`, { reason: agreed })
  const held = (await developer.post('/gate/checks', question)).json()
  expect(held.outcome).toBe('allowed')
  await app.workspaces.get('main')?.gate.revocations.sweep()
  expect((await developer.get(`/gate/verdicts/${held.id}`)).json().revocation).toBeUndefined()
  expect((await (await app.as('auditor')).post(`/break-glass/${third.id}/end`, { reason: agreed })).status).toBe(404)
  const ended = await validator.post(`/break-glass/${third.id}/end`, { reason: 'The other version is back.' })
  expect(ended.json()).toMatchObject({ state: 'over', reviewed: false })
  await app.workspaces.get('main')?.gate.revocations.sweep()
  expect((await developer.get(`/gate/verdicts/${held.id}`)).json().revocation).toMatchObject({ cause: 'denied' })
  expect((await developer.post('/gate/checks', question)).json().outcome).toBe('denied')
  expect((await validator.post(`/break-glass/${third.id}/end`, { reason: agreed })).status).toBe(409)

  expect((await asked({ hours: 5 })).json()).toMatchObject({ status: 400, detail: 'prod permits 4 hours, not 5' })
  expect((await asked({ environment: 'staging' })).json().detail).toContain('the gate of staging stops nothing here')
  expect((await asked({ environment: 'mars' })).status).toBe(404)
  expect((await asked({ reason: 'short' })).status).toBe(400)
  expect((await developer.put('/environments/prod/break-glass', { longest_hours: 8 })).status).toBe(403)
  await administrator.put('/environments/prod/break-glass', { longest_hours: 0 })
  expect((await asked()).json().detail).toBe('nobody breaks the glass of prod: it permits 0 hours')
  expect((await developer.get('/break-glass/rules')).json().rules).toContainEqual({
    environment: 'prod',
    longest_hours: 0,
  })
  expect((await developer.get('/break-glass/brk_000000000000000000000000')).status).toBe(404)
})

test('the command line asks, confirms, ends and lists, and says who may not', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  const administrator = await app.as('administrator')
  const command = await commandsOf(app, administrator.token)
  expect((await command('environment', 'break-glass', 'prod', '--hours', '6')).stdout).toContain('for 6 hours')
  const asked = await command('break-glass', 'request', `${governedName}@1`, '--env', 'prod', '--reason', reason)
  const [, id = ''] = /^(brk_\w+): asked for wage-screening version 1 in prod, 6 hours\./.exec(asked.stdout) ?? []
  expect(await command('break-glass', 'confirm', id, '--reason', agreed)).toMatchObject({
    status: 3,
    stdout: expect.stringContaining('You asked for this'),
  })
  const second = await app.as('approver')
  vi.stubEnv('MODELKEEP_TOKEN', second.token)
  expect((await command('break-glass', 'confirm', id, '--reason', agreed)).stdout).toContain('may run in prod until')
  const checked = await command('gate', 'check', `${governedName}@1`, '--env', 'prod')
  expect(checked).toMatchObject({ status: 0, stdout: expect.stringContaining(`By break-glass ${id}`) })
  expect((await command('break-glass', 'list')).stdout).toContain('active')
  expect((await command('break-glass', 'end', id, '--reason', 'The other version is back.')).stdout).toContain(
    'is over',
  )
  expect(await command('break-glass', 'list')).toMatchObject({
    status: 3,
    stdout: expect.stringContaining('not reviewed'),
  })
  expect(developer.person.id).toMatch(/^per_/)
})
