import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenReady, givenReview, givenVersion, governedName } from '../../testing/governed.ts'
import { workloadOf } from './references.ts'

type Review = { request: Record<string, unknown> & { uid: string; object: Record<string, unknown> } }

/** A review as an API server sends it, changed if need be. */
async function recorded(name: string, change: (text: string) => string = (text) => text): Promise<Review> {
  const path = new URL(`../../../test/kubernetes/${name}.json`, import.meta.url)
  return JSON.parse(change(await readFile(path, 'utf8'))) as Review
}

async function ask(client: Pick<TestClient, 'post'>, review: unknown, environment = 'prod') {
  const reply = await client.post(`/admission/main/${environment}`, review)
  expect(reply.status, reply.text).toBe(200)
  return reply.json().response
}

const told = async (app: TestApp) => {
  const events = await app.trail('environment:prod')
  return events.filter(({ action }) => action === 'admission.answered' || action === 'gate.asked')
}

test('a workload that names a version is admitted when the gate allows the version, and refused with what is missing when not', async () => {
  const app = await testApp()
  const { developer, version } = await givenReady(app)
  const create = await recorded('deployment-create')

  const denied = await ask(developer, create)
  expect(denied).toMatchObject({ uid: create.request.uid, allowed: false, status: { code: 403, reason: 'Forbidden' } })
  const [first, ...rest] = denied.status.message.split('\n')
  expect(first).toBe(`${governedName} version 1 may not run in prod: 1 item, for a validator.`)
  expect(rest[0]).toMatch(/^- .+ \(a validator\) http:\/\/modelkeep\.test\/models\/wage-screening\/versions\/1\?tab=/)
  const { verdicts } = denied.auditAnnotations
  expect(rest.at(-1)).toBe(`Verdict http://modelkeep.test/gate/verdicts/${verdicts}`)
  expect((await developer.get(`/gate/verdicts/${verdicts}`)).json()).toMatchObject({ outcome: 'denied', version: 1 })
  expect(await told(app)).toMatchObject([
    { action: 'gate.asked', subject: `verdict:${verdicts}` },
    {
      action: 'admission.answered',
      about: expect.arrayContaining([`version:${version.id}`, `verdict:${verdicts}`]),
      detail: {
        uid: create.request.uid,
        kind: 'Deployment',
        namespace: 'hr-scoring',
        name: 'wage-scorer',
        operation: 'CREATE',
        user: 'system:serviceaccount:ci:deployer',
        allowed: false,
        verdicts: [verdicts],
      },
    },
  ])

  const before = (await told(app)).length
  const trial = await ask(developer, await recorded('deployment-create-dry-run'))
  expect(trial).toMatchObject({ allowed: false, status: { message: expect.stringContaining('may not run in prod') } })
  expect(trial).not.toHaveProperty('auditAnnotations')
  for (const name of ['deployment-delete', 'deployment-replicas', 'deployment-scale', 'deployment-without-model']) {
    expect(await ask(developer, await recorded(name)), name).toMatchObject({ allowed: true })
  }
  expect(await told(app)).toHaveLength(before)

  expect(await ask(developer, create, 'staging')).toMatchObject({
    allowed: true,
    warnings: [
      expect.stringMatching(/^wage-screening version 1 is not allowed in staging, which is in mode warn: .+vrd_/),
    ],
  })
  expect((await ask(developer, create, 'dev')).warnings).toHaveLength(1)
})

test('every way of naming a version leads to it', async () => {
  const app = await testApp()
  const { developer, base, validator, decide } = await givenReview(app)
  await decide(validator)
  const { digest, id } = (await developer.get(`${base}`)).json()
  const approved = { allowed: true, status: { message: `${governedName} version 1 may run in prod.` } }
  expect(await ask(developer, await recorded('deployment-create'))).toMatchObject(approved)
  expect(await ask(developer, await recorded('inferenceservice-create'))).toMatchObject(approved)

  const source = (
    await developer.get(`/api/2.0/mlflow/model-versions/get-download-uri?name=${governedName}&version=1`)
  ).json()
  const place = await recorded('inferenceservice-create', (text) =>
    text.replace('models:/wage-screening/1', `${source.artifact_uri}/`),
  )
  expect(await ask(developer, place)).toMatchObject(approved)
  const elsewhere = await recorded('inferenceservice-create', (text) =>
    text.replace('models:/wage-screening/1', 's3://b/m'),
  )
  expect(await ask(developer, elsewhere)).toMatchObject({ allowed: true, status: { message: 'No model is named.' } })
  const unknown = await recorded('inferenceservice-create', (text) =>
    text.replace('models:/wage-screening/1', 'mlflow-artifacts:/0/x'),
  )
  expect((await ask(developer, unknown)).status.message).toBe(
    'StorageUri is mlflow-artifacts:/0/x, where no registered version has its files.',
  )

  const byDigest = (wanted: string) =>
    recorded('pod-create', (text) => text.replace(`sha256:${'0'.repeat(64)}`, wanted))
  expect(await ask(developer, await byDigest(digest))).toMatchObject(approved)
  expect((await ask(developer, await byDigest(`sha256:${'0'.repeat(64)}`))).status.message).toContain(
    'which no version of wage-screening has',
  )
  expect((await ask(developer, await byDigest('sha256:12'))).status.message).toContain('not sha256: and 64 digits')

  const alias = await recorded('cronjob-create')
  expect((await ask(developer, alias)).status.message).toBe(
    'The pod template of CronJob nightly-scores names wage-screening version champion, which is not registered.',
  )
  await developer.put(`/models/${governedName}/aliases/champion`, { version: 1 })
  expect(await ask(developer, alias)).toMatchObject({
    ...approved,
    warnings: [expect.stringContaining('names the alias champion, which is version 1 now and may move')],
  })

  const second = await givenVersion(developer, 'other weights')
  expect((await ask(developer, await recorded('deployment-update'))).status.message).toContain('version 2 may not run')
  expect((await ask(developer, await recorded('inferenceservice-update'))).allowed).toBe(false)
  const image = `sha256:${'a'.repeat(64)}`
  const tag = {
    name: governedName,
    version: '2',
    key: `modelkeep.image/${image}`,
    value: 'registry.example.com/hr/ranker',
  }
  expect((await developer.post('/api/2.0/mlflow/model-versions/set-tag', tag)).status).toBe(200)
  const both = await ask(developer, await byDigest(digest))
  expect(both).toMatchObject({ allowed: false })
  expect(both.auditAnnotations.verdicts.split(' ')).toHaveLength(2)
  expect((await app.trail(`version:${second.id}`)).at(-1)).toMatchObject({
    action: 'admission.answered',
    about: expect.arrayContaining([`version:${id}`, `version:${second.id}`]),
  })
})

test('what is said badly is refused, not overlooked', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  const said = async (annotations: object) => {
    const given = JSON.stringify({ 'modelkeep.dev/model': governedName, 'modelkeep.dev/version': '1' }, null, 2)
    const wanted = JSON.stringify(annotations)
    const review = await recorded('deployment-create', (text) => {
      const compact = JSON.stringify(JSON.parse(text))
      return compact.replace(JSON.stringify(JSON.parse(given)), wanted)
    })
    const { allowed, status } = await ask(developer, review)
    expect(allowed).toBe(false)
    return status.message
  }
  const where = 'The pod template of Deployment wage-scorer'
  expect(await said({ 'modelkeep.dev/modle': 'x' })).toBe(
    `${where} has the annotation modelkeep.dev/modle, which means nothing here.`,
  )
  expect(await said({ 'modelkeep.dev/model.other': governedName })).toContain('and no container other.')
  expect(await said({ 'modelkeep.dev/version': '1' })).toBe(
    `${where} has modelkeep.dev/version and no modelkeep.dev/model.`,
  )
  expect(await said({ 'modelkeep.dev/model': governedName })).toContain('and no version: set modelkeep.dev/version')
  expect(await said({ 'modelkeep.dev/model': 'none', 'modelkeep.dev/version': '7' })).toContain('not registered')
  const long = 'x'.repeat(200_000)
  expect((await said({ 'modelkeep.dev/model': long, 'modelkeep.dev/version': '1' })).length).toBeLessThan(600)
  const many = Array.from({ length: 51 }, (_, i) => [`modelkeep.dev/model.${i}`, governedName])
  expect(await said(Object.fromEntries(many))).toContain('More than 50 versions are named')
  const wrong = `sha256:${'1'.repeat(64)}`
  const contradicts = {
    'modelkeep.dev/model': governedName,
    'modelkeep.dev/version': '1',
    'modelkeep.dev/digest': wrong,
  }
  expect(await said(contradicts)).toContain(`names ${wrong}, and ${governedName} version 1 has sha256:`)
})

test('a namespace belongs to the environment that claims it, and a workload without a model is judged as the environment says', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  const administrator = await app.as('administrator')
  const bare = await recorded('deployment-without-model')
  expect(await ask(developer, bare, '_namespace')).toMatchObject({
    allowed: true,
    status: { message: 'The namespace hr-scoring belongs to no environment.' },
  })
  expect((await developer.put('/environments/prod/admission', { namespaces: ['hr-*'] })).status).toBe(403)
  expect((await administrator.put('/environments/mars/admission', { namespaces: ['hr-*'] })).status).toBe(404)
  expect((await administrator.put('/environments/prod/admission', { namespaces: ['Nope'] })).status).toBe(400)
  await administrator.put('/environments/prod/admission', { namespaces: ['hr-*'], without_model: 'deny' })
  await administrator.put('/environments/dev/admission', { namespaces: ['hr-scoring-dev', '*'] })
  const command = await commandsOf(app, administrator.token)
  expect(await command('environment', 'admission', 'staging', '--namespaces', 'pilot')).toMatchObject({
    status: 0,
    stdout: 'staging: namespaces pilot; workloads without a model: allow.\n',
  })
  expect((await command('environment', 'admission', 'staging', '--without-model', 'maybe')).status).toBe(2)
  expect((await command('environment', 'list')).stdout).toMatch(/prod +enforce +champion .+ hr-\* +deny/)
  expect((await developer.get('/admission/rules')).json().rules).toContainEqual({
    environment: 'prod',
    namespaces: ['hr-*'],
    without_model: 'deny',
  })
  expect(await ask(developer, bare, '_namespace')).toMatchObject({
    allowed: false,
    status: {
      message: expect.stringContaining('Deployment hr-scoring/wage-scorer names no model, and prod asks for one'),
    },
  })
  const inDev = { ...bare, request: { ...bare.request, namespace: 'hr-scoring-dev' } }
  expect((await ask(developer, inDev, '_namespace')).allowed).toBe(true)
  expect((await told(app)).at(-1)).toMatchObject({
    action: 'admission.answered',
    detail: { allowed: false, verdicts: [] },
  })
  expect((await app.trail('environment:prod')).map(({ action }) => action)).toContain('environment.admission_set')
})

test('only who may ask the gate is answered: by a header, or by a token in the path that can do nothing else', async () => {
  const app = await testApp()
  await givenReady(app)
  const create = await recorded('deployment-create')
  const narrow = await app.as('developer', { scopes: ['gate.check'] })
  const broad = await app.as('developer')
  const auditor = await app.as('auditor')
  const elsewhere = await app.as([{ role: 'developer', model: 'another' }])
  expect((await app.anonymous.post('/admission/main/prod', create)).status).toBe(401)
  expect((await auditor.post('/admission/main/prod', create)).status).toBe(403)
  expect((await ask(elsewhere, create)).status.message).toBe(
    `The account ${elsewhere.person.login} may not ask the gate about ${governedName}.`,
  )
  const byPath = (token: string) => app.anonymous.post(`/admission/main/prod/${token}`, create)
  expect((await byPath(narrow.token)).json().response).toMatchObject({ allowed: false, uid: create.request.uid })
  expect((await byPath(broad.token)).json()).toMatchObject({ status: 403, rule: 'token_in_address' })
  expect((await byPath(`${narrow.token}x`)).status).toBe(401)
  expect((await broad.post('/admission/nowhere/prod', create)).status).toBe(404)
  expect((await broad.post('/admission/main/mars', create)).status).toBe(404)
})

test('the path names the workspace, and a token that is bound to it opens no other', async () => {
  const app = await testApp({ config: { workspaces: 'on' } })
  const administrator = await app.as('administrator')
  expect((await administrator.post('/workspaces', { name: 'risk' })).status).toBeLessThan(300)
  const bound = { name: 'cluster', scopes: ['gate.check'], workspace: 'risk' }
  const { secret } = (await administrator.post('/tokens', bound)).json()
  const bare = await recorded('deployment-without-model')
  const at = (workspace: string) => app.anonymous.post(`/admission/${workspace}/prod/${secret}`, bare)
  expect((await at('risk')).json()).toMatchObject({ response: { allowed: true } })
  expect((await at('main')).json()).toMatchObject({ status: 403, rule: 'bound' })
})

test('what is no AdmissionReview of v1 is answered with 400 and the reason', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const review = await recorded('deployment-create')
  const wrong: [unknown, string][] = [
    [{}, 'apiVersion'],
    [{ ...review, apiVersion: 'admission.k8s.io/v1beta1' }, 'apiVersion'],
    [{ ...review, request: undefined }, 'request'],
    [{ ...review, request: { ...review.request, uid: '' } }, 'request.uid'],
    [{ ...review, request: { ...review.request, operation: 'PATCH' } }, 'request.operation'],
    [{ ...review, request: { ...review.request, object: 'text' } }, 'request.object'],
  ]
  for (const [body, where] of wrong) {
    const reply = await developer.post('/admission/main/prod', body)
    expect(reply.status).toBe(400)
    expect(reply.json().detail).toContain(where)
  }
  const odd = { ...review, request: { ...review.request, object: { metadata: 7, spec: { template: 'x' } } } }
  expect((await ask(developer, odd)).allowed).toBe(true)
})

test('the examples for clusters are understood as their pages say', async () => {
  const example = async (name: string) => {
    const path = new URL(`../../../docs/examples/kubernetes/${name}.yaml`, import.meta.url)
    return parseAllDocuments(await readFile(path, 'utf8')).map((document) => document.toJS() as Record<string, unknown>)
  }
  const workloads = (await example('workloads')).map((object) => {
    const kind = String(object.kind)
    const group = String(object.apiVersion).includes('/') ? String(object.apiVersion).split('/')[0] : ''
    return workloadOf({ group: group ?? '', kind }, object).references
  })
  expect(workloads).toMatchObject([
    [{ kind: 'version', model: 'wage-screening', version: '2' }],
    [
      { kind: 'version', model: 'wage-screening' },
      { kind: 'digest', model: 'applicant-ranking' },
    ],
    [{ kind: 'version', model: 'wage-screening', version: '2' }],
    [{ kind: 'image', image: `sha256:${'1'.repeat(64)}` }],
  ])
  const [webhook] = await example('webhook')
  const { webhooks } = z
    .object({ webhooks: z.array(z.object({ clientConfig: z.object({ url: z.url() }), sideEffects: z.string() })) })
    .parse(webhook)
  const app = await testApp()
  const review = await recorded('deployment-without-model')
  for (const { clientConfig, sideEffects } of webhooks) {
    expect(sideEffects).toBe('NoneOnDryRun')
    const client = await app.as('developer')
    expect((await client.post(new URL(clientConfig.url).pathname, review)).json().response).toMatchObject({
      allowed: true,
    })
  }
})
