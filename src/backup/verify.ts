import { join } from 'node:path'
import { digestOfFile, readManifest } from './files.ts'
import { type BackupManifest, blobList, blobPath, folderOf } from './manifest.ts'
import { readLines } from './rows.ts'

export type BackupCheck = { manifest: BackupManifest; problems: string[] }

/** Reads every file of a backup again and compares it with the manifest: digests, numbers of rows, and bytes under their digests. */
export async function verifyBackup(folder: string): Promise<BackupCheck> {
  const manifest = await readManifest(folder)
  const problems: string[] = []

  async function check(path: string, sha256: string): Promise<boolean> {
    const found = await digestOfFile(join(folder, path)).catch(() => undefined)
    if (found === sha256) return true
    problems.push(found === undefined ? `${path} is missing` : `${path} is not what was written`)
    return false
  }

  for (const { name, tables, blobs } of manifest.databases) {
    for (const table of tables) {
      const path = `${folderOf(name)}/${table.name}.ndjson.gz`
      if (!(await check(path, table.sha256))) continue
      let rows = 0
      for await (const _ of readLines(join(folder, path))) rows++
      if (rows !== table.rows) problems.push(`${path} holds ${rows} rows, not ${table.rows}`)
    }
    const list = `${folderOf(name)}/${blobList}`
    if (!blobs || !(await check(list, blobs.sha256))) continue
    for await (const { digest } of readLines(join(folder, list))) {
      await check(blobPath(name, String(digest)), String(digest).replace('sha256:', ''))
    }
  }
  if (manifest.keys) await check('keys.sealed', manifest.keys.sha256)
  return { manifest, problems }
}
