import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Config, ConfigError, readConfig, workspaceBlobs, workspaceDatabase } from './config.ts'

const blobsOf = (environment: Record<string, string>, name = 'main') => workspaceBlobs(readConfig(environment), name)

test('each workspace has a folder or a prefix of its own, wherever artifacts are kept', () => {
  expect(blobsOf({ MODELKEEP_DATA_DIR: '/data' }, 'risk')).toEqual({
    kind: 'folder',
    root: '/data/workspaces/risk/blobs',
  })
  expect(blobsOf({ MODELKEEP_ARTIFACTS: '/srv/a' }, 'risk')).toEqual({ kind: 'folder', root: '/srv/a/risk' })
  const s3 = {
    kind: 's3',
    bucket: 'models',
    region: undefined,
    endpoint: undefined,
    pathStyle: undefined,
    presign: true,
  }
  expect(blobsOf({ MODELKEEP_ARTIFACTS: 's3://models' }, 'risk')).toEqual({ ...s3, prefix: 'risk' })
  expect(blobsOf({ MODELKEEP_ARTIFACTS: 's3://models/a//b/' }, 'risk')).toEqual({ ...s3, prefix: 'a/b/risk' })
})

test('an S3 service is named by its address, and its region also as AWS names it', () => {
  const config = readConfig({
    MODELKEEP_S3_ENDPOINT: 'https://s3.example.com:3900',
    MODELKEEP_S3_PATH_STYLE: 'off',
    MODELKEEP_S3_PRESIGN: 'off',
    AWS_REGION: 'eu-central-1',
  })
  expect(config.s3).toEqual({
    endpoint: 'https://s3.example.com:3900',
    region: 'eu-central-1',
    pathStyle: false,
    presign: false,
  })
  for (const address of ['s3.example.com', 'ftp://s3', 'https://key:secret@s3', 'https://s3/?x=1']) {
    expect(() => readConfig({ MODELKEEP_S3_ENDPOINT: address }), address).toThrow(ConfigError)
  }
})

test('places that are no bucket and prefix are refused', () => {
  for (const place of ['s3://', 's3://B', 's3://models/../other?x', 's3:models', 'gs://models']) {
    expect(() => readConfig({ MODELKEEP_ARTIFACTS: place }), place).toThrow(/names a store that is not supported/)
  }
})

test('direct stores are prefixes that end in a slash', () => {
  const stores = (text: string): Config['directStores'] => readConfig({ MODELKEEP_DIRECT_STORES: text }).directStores
  expect(readConfig({}).directStores).toEqual([])
  expect(stores('s3://ml-team/, file:///mnt/models/')).toEqual(['s3://ml-team/', 'file:///mnt/models/'])
  for (const text of [
    's3://ml-team',
    's3://ml-team/a',
    'file:///',
    'file:///mnt/../',
    'file:///mnt/%2e%2e/',
    '/mnt/',
    '*',
  ]) {
    expect(() => stores(text), text).toThrow('must be prefixes such as')
  }
})

function schemaFor(name: string, prefix = 'modelkeep') {
  const config: Config = {
    dataDir: '/data',
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://x',
    database: { kind: 'postgres', url: 'postgres://x/y', prefix },
    log: false,
    trustProxy: false,
  }
  const location = workspaceDatabase(config, name)
  return location.kind === 'postgres' ? location.schema : ''
}

test('a workspace is a schema of its name', () => {
  expect(schemaFor('main')).toBe('modelkeep_ws_main')
  expect(schemaFor('credit-risk')).toBe('modelkeep_ws_credit_risk')
})

test('different names give different schemas that PostgreSQL does not cut', () => {
  const long = [
    'a'.repeat(63),
    `${'a'.repeat(62)}b`,
    `${'a'.repeat(40)}-b`,
    'a--b',
    'a-b',
    'ab',
    'a'.repeat(49),
    'a'.repeat(50),
  ]
  for (const prefix of ['modelkeep', `p${'x'.repeat(30)}`]) {
    const schemas = long.map((name) => schemaFor(name, prefix))
    expect(new Set(schemas).size).toBe(long.length)
    for (const schema of schemas) expect(schema).toMatch(/^[a-z][a-z0-9_]{0,62}$/)
    // A name made to look like one that was cut is itself cut.
    const cut = schemaFor('a'.repeat(63), prefix).slice(`${prefix}_ws_`.length)
    expect(schemaFor(cut.replaceAll('_', '-'), prefix)).not.toBe(schemaFor('a'.repeat(63), prefix))
  }
})

test('providers come from a file and from the environment, and what is wrong with them is named without their secrets', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-config-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'sign-in.yaml')
  const provider = { id: 'entra', issuer: 'https://login.example/v2.0', client_id: 'a', client_secret: 'do-not-print' }
  const read = async (providers: unknown, environment: Record<string, string> = {}) => {
    await writeFile(file, JSON.stringify(providers))
    return readConfig({ MODELKEEP_SIGN_IN_FILE: file, ...environment })
  }
  const alone = {
    MODELKEEP_OIDC_ISSUER: 'https://id.example/realms/ml',
    MODELKEEP_OIDC_CLIENT_ID: 'modelkeep',
    MODELKEEP_OIDC_ROLES: 'ml-admins=administrator, risk=approver:wages@credit',
    MODELKEEP_OIDC_SCOPES: 'openid profile',
  }
  const { providers } = await read({ providers: [provider] }, alone)
  expect(providers).toMatchObject([
    { id: 'entra', accounts: 'known', match: 'none', claims: { groups: 'groups' } },
    {
      id: 'oidc',
      scopes: ['openid', 'profile'],
      roles: [
        { group: 'ml-admins', role: 'administrator', model: null, workspace: 'main' },
        { group: 'risk', role: 'approver', model: 'wages', workspace: 'credit' },
      ],
    },
  ])
  for (const [wrong, message] of [
    [{ providers: [{ ...provider, issuer: 'http://login.example' }] }, 'https://'],
    [{ providers: [{ ...provider, match: 'verified_email' }] }, 'domains'],
    [{ providers: [{ ...provider, client_secret_file: '/x' }] }, 'not both'],
    [{ providers: [provider, provider] }, 'same id'],
    [{ providers: [{ ...provider, secret: 'do-not-print' }] }, 'secret'],
    [{ provider }, 'providers and nothing else'],
  ] as const) {
    const failure = await read(wrong).catch((error: Error) => error.message)
    expect(failure).toContain(message)
    expect(failure).not.toContain('do-not-print')
  }
})
