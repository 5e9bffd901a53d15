import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { digestOf } from '../lib/digest.ts'
import { DsseEnvelope, type GateQuestion, OfflineAnswer } from '../modules/gate/schema.ts'
import { readSettings, verdictsPath } from './settings.ts'

/** The last verdict to one question, and the answers that were given by it since. Nothing in it is believed but the signature. */
const Kept = z.object({
  format: z.literal('modelkeep-last-verdict-1'),
  envelope: DsseEnvelope,
  offline: z.array(OfflineAnswer),
})
export type Kept = z.infer<typeof Kept>
type Question = Omit<GateQuestion, 'offline'>

/** One file for each server, workspace, version as it was asked for, and environment. */
async function pathOf({ model, version, environment }: Question): Promise<string> {
  const { url = '', workspace = 'main' } = await readSettings()
  const digest = digestOf({ url: url.replace(/\/$/, ''), workspace, model, version, environment })
  return join(verdictsPath(), `${digest.slice('sha256:'.length)}.json`)
}

export async function readKept(question: Question): Promise<Kept | undefined> {
  try {
    return Kept.parse(JSON.parse(await readFile(await pathOf(question), 'utf8')))
  } catch {
    return undefined
  }
}

/** Readable by the owner only. False where nothing can be written, as in a container without a home. */
export async function keep(question: Question, { envelope, offline }: Omit<Kept, 'format'>): Promise<boolean> {
  const path = await pathOf(question)
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const draft = `${path}.${process.pid}`
    const kept: Kept = { format: 'modelkeep-last-verdict-1', envelope, offline: offline.slice(-50) }
    await writeFile(draft, `${JSON.stringify(kept)}\n`, { mode: 0o600 })
    await rename(draft, path)
    return true
  } catch {
    return false
  }
}
