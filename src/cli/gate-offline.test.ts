import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { publicKeyPem } from '../lib/keys.ts'
import { type TestApp, testApp } from '../testing/app.ts'
import { commandsOf } from '../testing/command.ts'
import { givenReview, governedName } from '../testing/governed.ts'

const hour = 3_600_000

/** A server that goes away and comes back at the same address. */
function switchOf(app: TestApp) {
  const { server } = app.http
  const { port } = server.address() as AddressInfo
  return {
    async away() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
    async back() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}

test('while the server is away, its last verdict stands in: in its time, about the same content, and where the environment says so', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  await decide(validator)
  const admin = await app.as('administrator')
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-offline-'))
  const verdicts = join(folder, 'verdicts')
  vi.useFakeTimers({ toFake: ['Date'], now: app.clock.now() })
  onTestFinished(async () => {
    vi.useRealTimers()
    await rm(folder, { recursive: true, force: true })
  })
  const key = join(folder, 'signing.pem')
  await writeFile(key, publicKeyPem(app.keys.signing.publicKey))
  const cli = await commandsOf(app, developer.token)
  vi.stubEnv('MODELKEEP_VERDICTS', verdicts)
  const check = (...args: string[]) => cli('gate', 'check', `${governedName}@1`, '--env', 'prod', '--key', key, ...args)
  const server = switchOf(app)

  // Whoever was told nothing else stops.
  expect((await check()).status).toBe(0)
  await server.away()
  expect(await check()).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('prod stops while the server is away'),
  })
  await server.back()

  const rules = { mode: 'enforce', protected_aliases: ['champion'] }
  expect((await admin.put('/environments/prod', { ...rules, offline: { rule: 'last_known_good' } })).status).toBe(400)
  const offline = { rule: 'last_known_good', max_age_hours: 6 }
  expect((await admin.put('/environments/prod', { ...rules, offline })).json()).toMatchObject({ offline })
  expect((await admin.put('/environments/prod', rules)).json()).toMatchObject({ offline })
  const told = JSON.parse((await check('--json')).stdout)
  expect(told).toMatchObject({ outcome: 'allowed', offline: false })
  const [file = ''] = await readdir(verdicts)
  expect((await stat(join(verdicts, file))).mode & 0o777).toBe(0o600)

  await server.away()
  const plain = await check('--digest', told.digest)
  expect([plain.status, plain.stdout]).toEqual([
    0,
    expect.stringContaining('The server is away. This is its last verdict'),
  ])
  const saved = join(folder, 'saved.json')
  const json = JSON.parse((await check('--json', '--save', saved)).stdout)
  expect(json).toMatchObject({ id: told.id, outcome: 'allowed', offline: true, digest: told.digest, version: 1 })
  expect(json.offline_until).toBe(new Date(app.clock.now().getTime() + 6 * hour).toISOString())
  expect((await cli('verdict', 'verify', saved, '--key', key)).status).toBe(0)

  // Anything that does not fit stops.
  const refusals: [string[], string][] = [
    [['--digest', `sha256:${'0'.repeat(64)}`], 'is about sha256:'],
    [['--timeout', 'soon'], 'a number of seconds'],
  ]
  for (const [args, says] of refusals) {
    expect(await check(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(says) })
  }
  const other = (which: string, env: string) =>
    cli('gate', 'check', `${governedName}@${which}`, '--env', env, '--key', key)
  expect(await other('1', 'dev')).toMatchObject({ status: 2, stderr: expect.stringContaining('no verdict of before') })
  vi.setSystemTime(app.clock.now().getTime() + 6 * hour)
  expect(await check()).toMatchObject({ status: 2, stderr: expect.stringContaining('is older than 6 hours') })
  vi.setSystemTime(app.clock.now())
  const path = join(verdicts, file)
  const kept = await readFile(path, 'utf8')
  const { envelope } = JSON.parse(kept)
  const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"max_age_hours":6', '"max_age_hours":9')
  const forged = { ...JSON.parse(kept), envelope: { ...envelope, payload: Buffer.from(payload).toString('base64') } }
  await writeFile(path, JSON.stringify(forged))
  expect(await check()).toMatchObject({ status: 2, stderr: expect.stringContaining('is not valid') })
  await writeFile(path, kept)

  // When it is back, it is told what was answered without it.
  await server.back()
  expect((await check()).status).toBe(0)
  const noted = (await app.trail(`verdict:${told.id}`)).filter(({ action }) => action === 'gate.answered_offline')
  expect(noted.map(({ detail }) => detail)).toMatchObject([{ outcome: 'allowed' }, { outcome: 'allowed' }])
  expect(JSON.parse(await readFile(path, 'utf8')).offline).toEqual([])

  // An alias may have moved while the server was away.
  await developer.put(`/models/${governedName}/aliases/champion`, { version: 1 })
  const byAlias = (...args: string[]) =>
    cli('gate', 'check', `${governedName}@champion`, '--env', 'prod', '--key', key, ...args)
  expect((await byAlias()).status).toBe(0)
  await server.away()
  expect(await byAlias()).toMatchObject({ status: 2, stderr: expect.stringContaining('give --digest') })
  expect((await byAlias('--digest', told.digest)).status).toBe(0)
})
