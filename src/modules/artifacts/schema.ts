import { z } from 'zod'
import { Digest, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'

/** Bytes at a path such as `<experiment>/<run>/artifacts/model/model.onnx`. */
export const ArtifactFile = z.object({
  path: z.string(),
  size: z.int().min(0),
  digest: Digest,
  media_type: z.string(),
  created_by: PersonId,
  created_at: Moment,
})
export type ArtifactFile = z.infer<typeof ArtifactFile>

/** One line of a listing; folders have no size. */
export const ArtifactEntry = z.object({ name: z.string(), is_dir: z.boolean(), size: z.int().nullable() })
export type ArtifactEntry = z.infer<typeof ArtifactEntry>

/** `unsafe`: known to run code or to attack who opens it. `unknown`: cannot be vouched for. `notice`: worth knowing, and no reason to refuse. */
export const ScanSeverity = z.enum(['unsafe', 'unknown', 'notice'])
export type ScanSeverity = z.infer<typeof ScanSeverity>

export const ScanRule = z.enum([
  'pickle-global',
  'pickle-extension',
  'pickle-broken',
  'keras-lambda',
  'keras-module',
  'graph-file-access',
  'yaml-object',
  'archive-bomb',
  'archive-path',
  'archive-mismatch',
  'polyglot',
  'opaque',
  'executable',
  'source-code',
  'unfinished',
])
export type ScanRule = z.infer<typeof ScanRule>

export const ScanFinding = z.object({
  /** The file, and behind `!` the entry of an archive inside it. */
  path: z.string(),
  severity: ScanSeverity,
  rule: ScanRule,
  /** What was found: for a global its dotted name, such as `os.system`. A waiver in a policy names it. */
  what: z.string(),
  message: z.string(),
})
export type ScanFinding = z.infer<typeof ScanFinding>

/** What looking at files without loading them has shown. */
export const FileScan = z.object({
  /** The rules that were applied; another name means other rules. */
  scanner: z.literal('modelkeep-scan-1'),
  /** `clean`: nothing unsafe and nothing unknown. */
  verdict: z.enum(['clean', 'unknown', 'unsafe']),
  /** How many files and entries of archives were looked at. */
  looked_at: z.int(),
  unsafe: z.int(),
  unknown: z.int(),
  /** At most 100, the gravest first; the counts above are of all. */
  findings: z.array(ScanFinding),
})
export type FileScan = z.infer<typeof FileScan>
