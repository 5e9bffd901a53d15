import { Readable } from 'node:stream'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import { createTurns } from '../../lib/turns.ts'
import { type RowWeights, runWeights } from './examination/index.ts'
import type { Gathering } from './gather.ts'
import { withStoredTable } from './materials.ts'
import { defaultLimits, type EvaluationParts, longestReproduction } from './parts.ts'
import type { EvidenceId } from './schema.ts'
import * as store from './store.ts'

const rowsAtOnce = 10_000

/** Weights of the rows of a table, for whoever trains again. */
export function createWeights(parts: EvaluationParts, gathering: Gathering) {
  const { db, blobs } = parts
  const limits = { ...defaultLimits, ...parts.limits, timeMs: longestReproduction }
  const inTurn = createTurns(1)

  /**
   * A CSV file with a weight for each row of a stored table, in its order: of the one the evidence rests on, if none is
   * named. Weighted so, the label is independent of the attribute among exactly these rows.
   */
  async function ofRows(
    id: EvidenceId,
    { attribute, dataset }: { attribute?: string; dataset?: Digest },
  ): Promise<Readable> {
    const stored = await store.findEvidence(db, id)
    if (!stored) throw notFound('evidence', id)
    const { evidence, modelId } = stored
    if (evidence.kind !== 'mitigation') throw notFound(`weights of ${evidence.kind} evidence`, id)
    const input = (role: string) => evidence.inputs.find((one) => one.role === role)
    const digest = input('protocol')?.digest
    const protocol = digest && (await store.findProtocolByDigest(db, modelId, digest))
    if (!protocol) throw conflict(`the protocol of ${id} is not there any more`)
    const own = input('dataset') ?? input('predictions')
    const table = await gathering.tableOf(dataset ?? (own?.digest as Digest), dataset ? undefined : own?.name)
    const weights = await inTurn(() =>
      withStoredTable(blobs, table, (file) =>
        runWeights(
          {
            dataset: file,
            protocol: protocol.protocol,
            attribute: chosen(attribute, protocol.protocol.protected),
            limits,
          },
          { signal: new AbortController().signal, report: () => {} },
        ),
      ),
    )
    return Readable.from(csv(weights))
  }

  return { ofRows }
}

function chosen(attribute: string | undefined, known: readonly string[]): string {
  const [only] = known
  if (attribute === undefined && known.length === 1 && only !== undefined) return only
  if (attribute !== undefined && known.includes(attribute)) return attribute
  throw badRequest(`name one of the protected attributes: ${known.join(', ')}`)
}

function* csv({ cells, codes }: RowWeights): Generator<string> {
  const words = cells.map(({ weight }) => String(weight))
  yield 'row,weight\r\n'
  for (let from = 0; from < codes.length; from += rowsAtOnce) {
    const lines: string[] = []
    for (let row = from; row < Math.min(codes.length, from + rowsAtOnce); row++) {
      lines.push(`${row},${words[codes[row] ?? 0] ?? ''}\r\n`)
    }
    yield lines.join('')
  }
}
