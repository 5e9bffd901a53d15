import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

const startedAt = Math.round(performance.timeOrigin)

/** Who holds a lease: host, process, when that process began, and a part that no other worker has. */
export function newWorkerName(): string {
  return `${hostname()}/${process.pid}/${startedAt}/${randomBytes(6).toString('hex')}`
}

/**
 * True only when the holder certainly runs no more: its process on this host is gone, or its process number is ours but
 * was given out anew. Of other hosts nothing is known; their leases end by time.
 */
export function isDead(worker: string): boolean {
  const [host, pid, started] = worker.split('/')
  if (host !== hostname()) return false
  if (Number(pid) === process.pid) return Number(started) !== startedAt
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
