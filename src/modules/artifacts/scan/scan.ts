import type { FileScan } from '../schema.ts'
import { type Content, headOf } from './content.ts'
import { kindOf, mayBePickle, opaqueName } from './kinds.ts'
import { lookAtArchive } from './look-archive.ts'
import { lookAtPacked } from './look-packed.ts'
import { lookAtNpy, lookAtPickles } from './look-pickle.ts'
import { lookAtHdf5, lookAtName, lookAtSavedModel, lookAtText } from './look-text.ts'
import { type Limits, Report, Stopped } from './report.ts'
import { endsAsZip } from './zip.ts'

/** For all files of one version: most models take milliseconds, and whoever registers one waits no longer than this. */
export const usualLimits: Limits = { milliseconds: 20_000, unpacked: 4 * 1024 ** 3 }

const deepest = 4

export type Look = {
  report: Report
  /** Looks at content inside other content. */
  into: (content: Content, depth: number) => Promise<void>
}

/** Gives content for the length of `use`, one file at a time. */
export type Opened = (use: (content: Content) => Promise<void>) => Promise<void>

/**
 * Looks at files without loading them: pickles are disassembled, archives are entered, and what cannot be vouched for is said.
 * Never throws for what a file holds.
 */
export async function scanFiles(files: readonly Opened[], limits: Limits = usualLimits): Promise<FileScan> {
  const report = new Report(limits)
  const look: Look = { report, into: (content, depth) => lookAt(look, content, depth) }
  for (const open of files) await open((content) => lookAt(look, content, 0))
  return report.result()
}

async function lookAt(look: Look, content: Content, depth: number): Promise<void> {
  const { report } = look
  const { path } = content
  report.looked()
  try {
    report.spend(0)
    if (depth > deepest) throw new Stopped(`archives are nested deeper than ${deepest}`)
    await lookInside(look, content, depth)
  } catch (error) {
    // What a decompressor says of bytes that are none is about the file, too.
    const reason = error instanceof Stopped ? error.message : 'it cannot be unpacked'
    report.add({
      path,
      severity: 'unknown',
      rule: 'unfinished',
      what: 'unfinished',
      message: `It was not looked through: ${reason}.`,
    })
  }
}

async function lookInside(look: Look, content: Content, depth: number): Promise<void> {
  const { report } = look
  const { path, ranges } = content
  const head = await headOf(content, 4096)
  lookAtName(report, path)
  const kind = kindOf(head)
  // Python's zip reader goes by the end of a file, so that an archive may stand behind anything.
  if (kind !== 'zip' && ranges && (await endsAsZip(ranges))) {
    report.add({
      path,
      severity: 'unsafe',
      rule: 'polyglot',
      what: `zip behind ${kind}`,
      message: 'It is a zip archive for some readers and something else for others.',
    })
    await lookAtArchive(look, content, depth)
  }
  switch (kind) {
    case 'zip':
      return lookAtArchive(look, content, depth)
    case 'pickle':
      return lookAtPickles(report, content, { certain: true })
    case 'npy':
      return lookAtNpy(report, content)
    case 'gzip':
    case 'zlib':
    case 'zstd':
    case 'tar':
      return lookAtPacked(look, content, kind, depth)
    case 'hdf5':
      return lookAtHdf5(report, content)
    case 'executable':
    case 'script':
      report.add({
        path,
        severity: kind === 'executable' ? 'unknown' : 'notice',
        rule: 'executable',
        what: kind,
        message: kind === 'executable' ? 'It holds machine code.' : 'It is a script.',
      })
      return
    case 'opaque':
      report.add({
        path,
        severity: 'unknown',
        rule: 'opaque',
        what: opaqueName(head),
        message: `It is compressed as ${opaqueName(head)}, which is not looked into.`,
      })
      return
    case 'other':
      if (/(^|\/)saved_model\.pb$|\.pb$/.test(path)) await lookAtSavedModel(report, content)
      await lookAtText(report, content, head)
      return lookAtPickles(report, content, { certain: false, expected: mayBePickle(path) })
  }
}
