import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { BackupManifest } from './manifest.ts'

/** SHA-256 of a file, in hex. */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

export class BackupError extends Error {
  override readonly name = 'BackupError'
}

export async function readManifest(folder: string): Promise<BackupManifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw new BackupError(`${folder} holds no backup that was finished: there is no manifest.json`)
  })
  const parsed = BackupManifest.safeParse(JSON.parse(text))
  if (!parsed.success) throw new BackupError('the manifest is not one of a format that this version reads')
  return parsed.data
}
