import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createKey, publicKeyPem } from '../lib/keys.ts'
import { testApp } from '../testing/app.ts'
import { commandsOf } from '../testing/command.ts'
import { givenReview } from '../testing/governed.ts'

test('a key is made and enrolled at the terminal, signs an approval, is checked offline, and is revoked', async () => {
  const app = await testApp()
  const { validator, review } = await givenReview(app)
  const cli = await commandsOf(app, validator.token)
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [own, server, decision, csv] = ['own.pem', 'server.pem', 'decision.json', 'all.csv'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string]
  await writeFile(server, publicKeyPem(app.keys.signing.publicKey))
  const approve = ['review', 'approve', review.id, '--reason', 'Figures and files checked.']

  expect((await cli(...approve, '--key', own)).stderr).toContain(`there is no key file ${own}`)
  const enrolled = await cli('key', 'enroll', '--key', own, '--name', 'laptop')
  expect(enrolled, enrolled.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('Enrolled ed25519:') })
  expect((await stat(own)).mode & 0o777).toBe(0o600)
  expect((await cli('key', 'enroll', '--key', own)).stderr).toContain('enrolled already')
  const approved = await cli(...approve, '--key', own)
  expect(approved, approved.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('Approved: dec_') })
  const id = /dec_\w+/.exec(approved.stdout)?.[0] ?? ''
  await cli('decision', 'show', id, '--save', decision)
  const verified = await cli('decision', 'verify', decision, '--key', server)
  expect(verified.stdout).toMatch(/^Valid: .*\nContent sha256:.*\nSigned by per_\w+ with ed25519:/)
  const other = join(folder, 'other.pem')
  await writeFile(other, publicKeyPem(createKey('other').publicKey))
  expect((await cli('decision', 'verify', decision, '--key', server, '--person-key', other)).status).toBe(2)

  expect((await cli('decision', 'separation')).stdout).toContain(validator.person.name)
  expect((await cli('decision', 'separation', '--csv', csv)).stdout).toContain('1 decisions')
  expect((await readFile(csv, 'utf8')).split('\r\n')[1]).toContain(id)
  expect((await cli('key', 'revoke', 'laptop')).stdout).toContain('Revoked laptop')
  expect((await cli('key', 'list')).stdout).toContain('revoked 20')
}, 30_000)
