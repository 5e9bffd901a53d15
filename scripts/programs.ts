import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { rolldown } from 'rolldown'

/** Programs that the server starts in a process or thread of their own, by the name of their file. */
export const programs = {
  process: 'src/modules/evaluation/examination/process.ts',
  'profile-worker': 'src/modules/datasets/profile-worker.ts',
}

/** What is native, or loaded only when it is needed, stays where npm put it. */
export const external = [
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

/** Writes each program as one file. Several runs of tests may do so at once: a file is there whole or as it was. */
export async function bundlePrograms(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, input] of Object.entries(programs)) {
    const bundle = await rolldown({ input, platform: 'node', external })
    const { output } = await bundle.generate({ format: 'es', codeSplitting: false })
    await bundle.close()
    const partial = `${folder}/${name}.${randomUUID()}.partial`
    await writeFile(partial, output[0].code)
    await rename(partial, `${folder}/${name}.js`)
  }
}
