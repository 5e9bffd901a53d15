import { z } from 'zod'
import { badRequest } from '../../lib/errors.ts'
import type { FileEntry, ModelVersion } from '../registry/schema.ts'

const OnnxFlavor = z.looseObject({ flavors: z.looseObject({ onnx: z.looseObject({ data: z.string() }) }) })

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

const NamedFields = z.array(z.looseObject({ name: z.string() }))
const Metadata = z.looseObject({ metadata: z.record(z.string(), z.string()) })
const Names = z.array(z.string())

/** The order of the columns of a matrix: as the declared signature has it, or as the ONNX file's metadata says. */
export function columnOrderOf({ manifest, facts }: ModelVersion): string[] | null {
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
