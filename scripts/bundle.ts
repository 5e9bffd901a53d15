import { cp, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { makeFreshFile } from '../src/db/migrated.ts'

/**
 * The server and its command line in a few files, so that starting does not resolve a thousand modules one by one. What is
 * native, or loaded only when it is needed, stays where npm put it. Programs of their own are entries of their own.
 */
const external = [
  /^node:/,
  /^@aws-sdk\//,
  /^@bufbuild\//,
  /^@duckdb\//,
  /^@node-rs\//,
  /^@simplewebauthn\//,
  /^onnxruntime-node$/,
  /^openid-client$/,
  /^otpauth$/,
  /^pg$/,
  /^protobufjs$/,
  /^yaml$/,
]
const folder = new URL('../dist/server/', import.meta.url)

await rm(folder, { recursive: true, force: true })
const bundle = await rolldown({
  input: {
    main: 'src/main.ts',
    process: 'src/modules/evaluation/examination/process.ts',
    'profile-worker': 'src/modules/datasets/profile-worker.ts',
  },
  platform: 'node',
  external,
})
await bundle.write({ dir: 'dist/server', format: 'es', chunkFileNames: '[name]-[hash].js' })
await bundle.close()
await cp('src/modules/policy/starters', new URL('starters', folder), { recursive: true })
for (const kind of ['system', 'workspace'] as const) await makeFreshFile(kind, fileURLToPath(new URL('fresh', folder)))
await writeFile(new URL('.built', folder), '')
