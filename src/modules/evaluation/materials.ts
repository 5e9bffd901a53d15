import { z } from 'zod'
import type { Blobs } from '../../blobs/blobs.ts'
import { badRequest, notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import type { DatasetVersion } from '../datasets/schema.ts'
import type { FileEntry, ModelVersion } from '../registry/schema.ts'
import { type ExaminationLimits, type Finding, type Phase, runExamination } from './examination/index.ts'
import type { EvidenceKind } from './schema.ts'
import type { StoredProtocol } from './store.ts'

const OnnxFlavor = z.looseObject({ flavors: z.looseObject({ onnx: z.looseObject({ data: z.string() }) }) })

/** Everything an examination looks at; each has a digest. */
export type Materials = {
  readonly version: ModelVersion
  readonly model: FileEntry
  readonly dataset: Pick<DatasetVersion, 'digest' | 'name' | 'format'>
  readonly protocol: StoredProtocol
}

/** The file that the server can score: the only ONNX file, or the one that the MLmodel file names. */
export function modelFileOf({ manifest, facts, model, version }: ModelVersion): FileEntry {
  const files = manifest.files.filter(({ path }) => path.toLowerCase().endsWith('.onnx'))
  const named = OnnxFlavor.safeParse(facts.mlmodel).data?.flavors.onnx.data
  const [file, second] = files
  if (!file) throw badRequest(`version ${version} of ${model} has no ONNX file, so the server cannot score it`)
  if (!second) return file
  const chosen = files.find(({ path }) => path === named)
  if (chosen) return chosen
  throw badRequest(
    `version ${version} of ${model} has several ONNX files (${file.path}, ${second.path}), and no MLmodel file says which one to score`,
  )
}

export function examineMaterials(
  { version, model, dataset, protocol }: Materials,
  options: {
    blobs: Blobs
    kinds: readonly EvidenceKind[]
    limits: ExaminationLimits
    signal: AbortSignal
    report: (share: number, phase: Phase) => void
  },
): Promise<Finding[]> {
  const { blobs, kinds, limits, signal, report } = options
  return withFile(blobs, model.sha256, (modelPath) =>
    withFile(blobs, dataset.digest, (datasetPath) =>
      runExamination(
        {
          model: { path: modelPath, name: model.path },
          dataset: { path: datasetPath, name: dataset.name, format: dataset.format },
          protocol: protocol.protocol,
          kinds,
          columnOrder: columnOrderOf(version),
          limits,
        },
        { signal, report },
      ),
    ),
  )
}

async function withFile<T>(blobs: Blobs, digest: Digest, use: (path: string) => Promise<T>): Promise<T> {
  if (!(await blobs.head(digest))) throw notFound('stored file', digest)
  return blobs.withLocalFile(digest, use)
}

const NamedFields = z.array(z.looseObject({ name: z.string() }))
const Metadata = z.looseObject({ metadata: z.record(z.string(), z.string()) })
const Names = z.array(z.string())

/** The order of the columns of a matrix: as the declared signature has it, or as the ONNX file's metadata says. */
function columnOrderOf({ manifest, facts }: ModelVersion): string[] | null {
  const signature = NamedFields.safeParse(manifest.signature?.inputs)
  if (signature.success && signature.data.length > 1) return signature.data.map(({ name }) => name)
  const metadata = Metadata.safeParse(facts.onnx).data?.metadata ?? {}
  return namesIn(metadata.feature_names ?? metadata.columns)
}

/** A JSON list of names, or names with commas between them. */
function namesIn(text: string | undefined): string[] | null {
  if (text === undefined || text.trim() === '') return null
  try {
    return Names.parse(JSON.parse(text))
  } catch {
    return text.split(',').map((name) => name.trim())
  }
}
