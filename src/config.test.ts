import { expect, test } from 'vitest'
import { type Config, ConfigError, readConfig, workspaceBlobs } from './config.ts'

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
