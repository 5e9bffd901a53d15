import { randomUUID } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const dayInMilliseconds = 24 * 60 * 60 * 1000

/**
 * Names say who writes, so that the next start knows what a crash left behind. Processes that share a folder but not
 * their process numbers (containers, machines) need different host names.
 */
export function incomingName(): string {
  return `${encodeURIComponent(hostname())}~${process.pid}~${randomUUID()}`
}

/** Removes what nobody is writing any more: older than a day, or of a process on this host that is gone. */
export async function sweepIncoming(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await lstat(path).catch(whenMissing)
    if (found && isLeftover(name, found.mtimeMs, now.getTime())) await rm(path, { recursive: true, force: true })
  }
}

function isLeftover(name: string, writtenAt: number, now: number): boolean {
  if (now - writtenAt > dayInMilliseconds) return true
  const [host, pid] = name.split('~')
  if (host !== encodeURIComponent(hostname()) || !/^[1-9]\d{0,9}$/.test(pid ?? '')) return false
  // A container often gets the same process number again.
  if (Number(pid) === process.pid) return writtenAt < Date.now() - process.uptime() * 1000
  return !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) !== 'ESRCH'
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** For `catch`: what is not there is undefined, every other failure stays one. */
export function whenMissing(error: unknown): undefined {
  const code = errorCode(error)
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
}
