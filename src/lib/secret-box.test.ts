import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSecretBox, loadOrCreateSecretBox } from './secret-box.ts'

test('what was sealed opens for its owner and nobody else', () => {
  const box = createSecretBox(randomBytes(32))
  const sealed = box.seal('a', 'müsli')
  expect(sealed).not.toContain('müsli')
  expect(box.open('a', sealed)).toBe('müsli')
  expect(box.seal('a', 'müsli')).not.toBe(sealed)
  expect(() => box.open('b', sealed)).toThrow()
  expect(() => createSecretBox(randomBytes(32)).open('a', sealed)).toThrow()
})

test('an altered or cut text does not open', () => {
  const box = createSecretBox(randomBytes(32))
  const sealed = box.seal('a', 'secret')
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  for (let i = 0; i < bytes.length; i++) {
    const altered = Buffer.from(bytes)
    altered[i] = (altered[i] ?? 0) ^ 1
    expect(() => box.open('a', `v1.${altered.toString('base64url')}`)).toThrow()
  }
  expect(() => box.open('a', 'v1.AAAA')).toThrow('cannot be read')
  expect(() => box.open('a', `v2${sealed.slice(2)}`)).toThrow('cannot be read')
})

test('the key lies in a file of its own that others cannot read', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'modelkeep-box-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const [one, other] = await Promise.all([loadOrCreateSecretBox(dir, 'x'), loadOrCreateSecretBox(dir, 'x')])
  expect(other.open('a', one.seal('a', 'same key'))).toBe('same key')
  const path = join(dir, 'x.key')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await chmod(path, 0o644)
  await expect(loadOrCreateSecretBox(dir, 'x')).rejects.toThrow('chmod 600')
})
