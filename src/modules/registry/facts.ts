import type { Blobs } from '../../blobs/blobs.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { blobContent, readMlmodelFacts, readOnnxFacts, scanFiles } from '../artifacts/index.ts'
import type { FileEntry, ModelSignature, VersionFacts } from './schema.ts'

const largestMlmodel = 4 * 1024 * 1024

/** What the files say about themselves. A file that cannot be read is a fact, too. */
export async function readFacts(
  blobs: Blobs,
  files: readonly FileEntry[],
): Promise<{ facts: VersionFacts; signature: ModelSignature | null }> {
  const facts: VersionFacts = { flavors: [], mlmodel: null, onnx: null, problems: [] }
  let signature: ModelSignature | null = null

  const mlmodel = files.find((file) => file.path === 'MLmodel')
  if (mlmodel && mlmodel.size > largestMlmodel) {
    facts.problems.push({ path: mlmodel.path, message: 'larger than an MLmodel file can be' })
  } else if (mlmodel) {
    const read = readMlmodelFacts(await textOf(blobs, mlmodel))
    if (read.outcome === 'unreadable') facts.problems.push({ path: mlmodel.path, message: read.reason })
    else {
      facts.mlmodel = read.facts as unknown as JsonObject
      facts.flavors = Object.keys(read.facts.flavors).sort()
      signature = read.facts.signature as ModelSignature | null
    }
  }

  const onnx = graphAmong(files, facts.mlmodel)
  if (onnx) {
    const read = await blobs.withLocalFile(onnx.sha256, (path) => readOnnxFacts(path))
    if (read.outcome === 'unreadable') facts.problems.push({ path: onnx.path, message: read.reason })
    else {
      facts.onnx = { path: onnx.path, ...(read.facts as unknown as JsonObject) }
      if (facts.flavors.length === 0) facts.flavors = ['onnx']
      signature ??= { inputs: facts.onnx.inputs as Json, outputs: facts.onnx.outputs as Json, params: null }
    }
  }
  facts.scan = await scanFiles(files.map(({ path, sha256, size }) => blobContent(blobs, path, sha256, size)))
  return { facts, signature }
}

/** The graph that the MLmodel file names, or else the first ONNX file. */
function graphAmong(files: readonly FileEntry[], mlmodel: VersionFacts['mlmodel']): FileEntry | undefined {
  const flavors = mlmodel?.flavors as Record<string, Record<string, unknown>> | undefined
  const named = flavors?.onnx?.data
  const found = typeof named === 'string' ? files.find((file) => file.path === named) : undefined
  return found ?? files.find((file) => file.path.toLowerCase().endsWith('.onnx'))
}

async function textOf(blobs: Blobs, file: FileEntry): Promise<string> {
  const { stream } = await blobs.open(file.sha256)
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
