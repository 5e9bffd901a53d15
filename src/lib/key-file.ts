import { randomUUID } from 'node:crypto'
import { link, mkdir, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A key file that must not be used as it is; the message says what to do. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
}

/**
 * Reads a key file, or creates it on first use, readable by its owner alone. When several processes start at once they all
 * end up with the same key: each writes a file of its own and only the first can be linked to the name, already complete.
 */
export async function readOrCreateKeyFile(path: string, create: () => string): Promise<string> {
  const existing = await readKeyFile(path)
  if (existing !== undefined) return existing
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeKeyFile(path, create())
  const written = await readKeyFile(path)
  if (written === undefined) throw new KeyFileError(`the key file ${path} vanished while it was created`)
  return written
}

async function writeKeyFile(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await unlink(draft)
  }
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function readKeyFile(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (!file) return undefined
  try {
    const { mode } = await file.stat()
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      throw new KeyFileError(`the key file ${path} is open to others (mode ${octal}): run chmod 600 on it`)
    }
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
