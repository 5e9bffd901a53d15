import type { ScanFinding } from '../schema.ts'
import type { Content } from './content.ts'
import { Feed } from './feed.ts'
import { trustOf } from './globals.ts'
import { disassemble } from './pickle.ts'
import type { Report } from './report.ts'

/** Bytes of which it is tried whether they are a pickle although nothing says so. */
const mostGuessed = 4 * 1024 * 1024
const dotted = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u
/** More pickles than this after each other are no model. */
const mostPickles = 10_000

type Sureness =
  | { certain: true }
  /** `expected`: a loader would take it for a pickle because of its name. */
  | { certain: false; expected: boolean }

/** Disassembles one pickle after the other. What only might be one is reported when it reads like one to its end. */
export async function lookAtPickles(report: Report, content: Content, sureness: Sureness): Promise<void> {
  if (!sureness.certain && !sureness.expected && (content.size ?? Number.POSITIVE_INFINITY) > mostGuessed) return
  const feed = new Feed(metered(report, content))
  try {
    await lookAtFeed(report, content.path, feed, sureness)
  } finally {
    await feed.close()
  }
}

async function lookAtFeed(report: Report, path: string, feed: Feed, sureness: Sureness): Promise<void> {
  for (let count = 0; count < mostPickles && (await feed.need(1)); count++) {
    const first = feed.peek()
    // Behind the pickles of a container its raw numbers may follow.
    if (count > 0 && first !== 0x80 && !sureness.certain) return
    const found: ScanFinding[] = []
    let names = 0
    let plausible = true
    const ended = await disassemble(
      feed,
      (module, name) => {
        names++
        if (module === undefined || name === undefined || !dotted.test(module) || !dotted.test(name)) plausible = false
        const finding = findingOf(path, module, name)
        if (finding && found.length < 20_000) found.push(finding)
      },
      () => found.push(extension(path)),
    )
    const isUnsafe = found.some(({ severity }) => severity === 'unsafe')
    const isPickle =
      (sureness.certain && (count === 0 || first === 0x80)) ||
      (plausible && names > 0 && (ended.outcome === 'ended' || isUnsafe)) ||
      (!sureness.certain && sureness.expected && names > 0 && ended.outcome === 'ended')
    if (isPickle) for (const finding of found) report.add(finding)
    if (ended.outcome === 'ended') continue
    if (isPickle) report.add(broken(path, ended.reason))
    return
  }
}

/** NumPy's format: a header, and behind it numbers, or a pickle where the array holds objects. */
export async function lookAtNpy(report: Report, content: Content): Promise<void> {
  const feed = new Feed(metered(report, content))
  try {
    if (!(await feed.need(12))) return
    const major = feed.take(8)[6] ?? 1
    const length = major === 1 ? feed.take(2).readUInt16LE() : feed.take(4).readUInt32LE()
    if (length > 1_000_000 || !(await feed.need(length))) return
    const header = feed.take(length).toString('latin1')
    // Numbers are described by a letter and a size; an O anywhere else in the description stands for objects.
    const plainNumbers = /'descr':\s*'[<>|=]?[biufcmMSUV]\d*(\[[^\]]*\])?'/.test(header)
    if (!plainNumbers) await lookAtFeed(report, content.path, feed, { certain: true })
  } finally {
    await feed.close()
  }
}

async function* metered(report: Report, content: Content) {
  for await (const chunk of content.chunks()) {
    report.spend(content.ranges ? 0 : chunk.length)
    yield chunk
    // A pickle of gigabytes must not keep the server from answering.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function findingOf(path: string, module: string | undefined, name: string | undefined): ScanFinding | undefined {
  if (module === undefined || name === undefined) {
    const what = `${module ?? '?'}.${name ?? '?'}`
    return {
      path,
      severity: 'unsafe',
      rule: 'pickle-global',
      what,
      message: 'It imports something whose name is hidden until it is loaded.',
    }
  }
  const trust = trustOf(module, name)
  if (trust === 'safe') return undefined
  const what = `${module}.${name}`
  return trust === 'unsafe'
    ? { path, severity: 'unsafe', rule: 'pickle-global', what, message: `It calls ${what} when it is loaded.` }
    : { path, severity: 'unknown', rule: 'pickle-global', what, message: `It uses ${what}, of which nothing is known.` }
}

const extension = (path: string): ScanFinding => ({
  path,
  severity: 'unknown',
  rule: 'pickle-extension',
  what: 'extension code',
  message: 'It uses codes that only the program that wrote it can read.',
})

const broken = (path: string, reason: string): ScanFinding => ({
  path,
  severity: 'unknown',
  rule: 'pickle-broken',
  what: 'broken pickle',
  message: `It is a pickle that cannot be followed to its end: ${reason}.`,
})
