import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeShared, readSharedJson } from '../testing/shared.ts'
import {
  createKey,
  KeyFileError,
  keyIdOf,
  loadOrCreateKey,
  parsePublicKey,
  publicKeyBase64,
  publicKeyPem,
  shortKeyId,
  sign,
  verify,
} from './keys.ts'

const newDir = () => mkdtemp(join(tmpdir(), 'keys-'))

test('a key signs, and only its public key verifies', () => {
  const key = createKey('audit')
  const bytes = Buffer.from('text')
  const signature = sign(key, bytes)
  expect(verify(key.publicKey, bytes, signature)).toBe(true)
  expect(verify(createKey('audit').publicKey, bytes, signature)).toBe(false)
  expect(verify(key.publicKey, Buffer.from('Text'), signature)).toBe(false)
  expect(verify(key.publicKey.subarray(1), bytes, signature)).toBe(false)
  expect(key.keyId).toMatch(/^ed25519:[0-9a-f]{64}$/)
  expect(shortKeyId(key.keyId)).toMatch(/^ed25519:[0-9a-f]{16}$/)
})

test('a public key is read back from PEM and base64, and nothing else is', () => {
  const { publicKey, keyId } = createKey('audit')
  for (const text of [publicKeyPem(publicKey), publicKeyBase64(publicKey)]) {
    const parsed = parsePublicKey(text)
    expect(parsed && keyIdOf(parsed)).toBe(keyId)
  }
  const x25519 = generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' })
  expect(parsePublicKey(x25519)).toBeUndefined()
  expect(parsePublicKey('nonsense')).toBeUndefined()
})

test('a key file is created once, for its owner only, however many start at the same time', async () => {
  const dir = join(await newDir(), 'deep', 'keys')
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateKey(dir, 'audit')))
  expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1)
  expect(await readdir(dir)).toEqual(['audit.pem'])
  expect((await stat(join(dir, 'audit.pem'))).mode & 0o777).toBe(0o600)
  expect((await stat(dir)).mode & 0o777).toBe(0o700)
  expect((await loadOrCreateKey(dir, 'audit')).keyId).toBe(keys[0]?.keyId)
  expect((await loadOrCreateKey(dir, 'gate')).keyId).not.toBe(keys[0]?.keyId)
})

test('a key file that others can read is refused and left as it is', async () => {
  const dir = await newDir()
  await loadOrCreateKey(dir, 'audit')
  const path = join(dir, 'audit.pem')
  const before = await readFile(path)
  await chmod(path, 0o640)
  await expect(loadOrCreateKey(dir, 'audit')).rejects.toThrow(/open to others \(mode 0640\).*chmod 600/)
  expect(await readFile(path)).toEqual(before)
})

test('a file that holds no Ed25519 key is refused', async () => {
  const dir = await newDir()
  const x25519 = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  await writeFile(join(dir, 'other.pem'), x25519, { mode: 0o600 })
  await writeFile(join(dir, 'empty.pem'), '', { mode: 0o600 })
  await expect(loadOrCreateKey(dir, 'other')).rejects.toThrow('not an Ed25519 key')
  await expect(loadOrCreateKey(dir, 'empty')).rejects.toThrow('no private key')
  await expect(loadOrCreateKey(dir, '../escape')).rejects.toBeInstanceOf(KeyFileError)
})

const wycheproof = ['vectors', 'merkle', 'ed25519', 'wycheproof-ed25519_test.json']
type Wycheproof = {
  testGroups: { publicKey: { pk: string }; tests: { tcId: number; msg: string; sig: string; result: string }[] }[]
}

describeShared('Wycheproof', wycheproof, () => {
  test('all Ed25519 vectors', () => {
    let count = 0
    for (const { publicKey, tests } of readSharedJson<Wycheproof>(...wycheproof).testGroups) {
      for (const { tcId, msg, sig, result } of tests) {
        const [key, bytes, signature] = [publicKey.pk, msg, sig].map((hex) => Buffer.from(hex, 'hex'))
        expect(key && bytes && signature && verify(key, bytes, signature), `tcId ${tcId}`).toBe(result === 'valid')
        count++
      }
    }
    expect(count).toBe(151)
  })
})
