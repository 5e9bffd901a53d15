import type { Blobs } from '../../blobs/blobs.ts'
import { notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import type { FileEntry, ModelVersion } from '../registry/schema.ts'
import {
  type Endpoint,
  type ExaminationLimits,
  type ExaminationTask,
  type Finding,
  type ModelFile,
  type Phase,
  runExamination,
  type TableFile,
} from './examination/index.ts'
import { columnOrderOf } from './model-file.ts'
import type { EvaluationParts } from './parts.ts'
import type { EvidenceKind } from './schema.ts'
import type { StoredProtocol } from './store.ts'

/** A table among the stored bytes. */
export type StoredTable = { readonly name: string; readonly digest: Digest; readonly format: TableFile['format'] }

/** Everything an examination looks at; each has a digest. */
export type Materials = {
  readonly version: ModelVersion
  readonly source:
    | { readonly kind: 'model'; readonly file: FileEntry }
    | { readonly kind: 'predictions' }
    | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }
  readonly dataset: StoredTable
  readonly protocol: StoredProtocol
  /** A version before this one, for slices. */
  readonly previous: { readonly version: ModelVersion; readonly file: FileEntry } | null
  /** What the model was trained on, for its privacy. */
  readonly training: StoredTable | null
}

export type ExamineOptions = {
  readonly blobs: Blobs
  readonly kinds: readonly EvidenceKind[]
  readonly limits: ExaminationLimits
  readonly signal: AbortSignal
  readonly report: (share: number, phase: Phase) => void
  /** Told of each kind when it is finished. */
  readonly found?: (finding: Finding) => void
  readonly scoring: EvaluationParts['scoring']
}

export function examineMaterials(materials: Materials, options: ExamineOptions): Promise<Finding[]> {
  const { signal, report, found } = options
  const { source } = materials
  const answer =
    source.kind === 'endpoint'
      ? (body: string) =>
          options.scoring.post(source.endpoint.url, { 'content-type': 'application/json' }, body, signal)
      : undefined
  return withTask(materials, options, (task) => runExamination(task, { signal, report, found, answer }))
}

/** The task with every file as a local path, for as long as `use` takes. */
export function withTask<T>(
  { version, source, dataset, protocol, previous, training }: Materials,
  { blobs, kinds, limits }: Pick<ExamineOptions, 'blobs' | 'kinds' | 'limits'>,
  use: (task: ExaminationTask) => Promise<T>,
): Promise<T> {
  const scores = source.kind === 'model' ? source.file : null
  const before = kinds.includes('slices') ? previous : null
  const trained = kinds.includes('privacy') ? training : null
  return withModel(blobs, scores && { version, file: scores }, (model) =>
    withTable(blobs, dataset, (table) =>
      withModel(blobs, before, (earlier) =>
        withTable(blobs, trained, (trainedOn) => {
          if (!table) throw notFound('stored file', dataset.digest)
          return use({
            source: model
              ? { kind: 'model', file: model }
              : source.kind === 'endpoint'
                ? source
                : { kind: 'predictions' },
            dataset: table,
            protocol: protocol.protocol,
            kinds,
            previous: earlier && before ? { ...earlier, version: before.version.version } : null,
            training: trainedOn,
            limits,
          })
        }),
      ),
    ),
  )
}

function withModel<T>(
  blobs: Blobs,
  model: { readonly version: ModelVersion; readonly file: FileEntry } | null,
  use: (file: ModelFile | null) => Promise<T>,
): Promise<T> {
  if (!model) return use(null)
  const { version, file } = model
  return withFile(blobs, file.sha256, (path) => use({ path, name: file.path, columnOrder: columnOrderOf(version) }))
}

function withTable<T>(
  blobs: Blobs,
  table: StoredTable | null,
  use: (file: TableFile | null) => Promise<T>,
): Promise<T> {
  return table ? withStoredTable(blobs, table, use) : use(null)
}

export function withStoredTable<T>(blobs: Blobs, table: StoredTable, use: (file: TableFile) => Promise<T>): Promise<T> {
  return withFile(blobs, table.digest, (path) => use({ path, name: table.name, format: table.format }))
}

async function withFile<T>(blobs: Blobs, digest: Digest, use: (path: string) => Promise<T>): Promise<T> {
  if (!(await blobs.head(digest))) throw notFound('stored file', digest)
  return blobs.withLocalFile(digest, use)
}
