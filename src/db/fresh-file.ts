import { randomUUID } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { copyFile, link, mkdir, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Where no database is yet, puts a copy of `source`, which every migration has been through and which is empty otherwise. When
 * several processes start at once, the first one's copy gets the name, complete and on disk. Without a source nothing happens.
 */
export async function placeFreshFile(path: string, source: string): Promise<void> {
  if (existsSync(path) || existsSync(`${path}-wal`) || !existsSync(source)) return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}`
  try {
    await copyFile(source, draft, constants.COPYFILE_EXCL)
    await flush(draft)
    await link(draft, path)
    await flush(dirname(path))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await unlink(draft)
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
}
