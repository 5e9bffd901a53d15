import type { ActorRef } from '../audit/schema.ts'
import { runColumns } from './examination/index.ts'
import type { Gathering } from './gather.ts'
import { guessProtocol } from './guess.ts'
import { withStoredTable } from './materials.ts'
import { defaultLimits, type EvaluationParts, longestReproduction } from './parts.ts'
import type { GuessInput, ProtocolGuess } from './schema.ts'

/** Offers a protocol from what the data and the version's signature say, for a person to confirm. It changes nothing. */
export function createGuesses(parts: EvaluationParts, gathering: Gathering) {
  const { blobs, models, versions } = parts
  const limits = { ...defaultLimits, ...parts.limits, timeMs: longestReproduction }

  async function guess(_actor: ActorRef, name: string, { dataset, version }: GuessInput): Promise<ProtocolGuess> {
    const model = await models.get(name)
    const table = await gathering.tableOf(dataset)
    const known = await versions.find(model.name, version ?? 'latest')
    const { facts, more } = await withStoredTable(blobs, table, (file) =>
      runColumns(file, limits, { signal: new AbortController().signal, report: () => {} }),
    )
    return {
      ...guessProtocol(facts, known),
      columns: facts.map(({ name, numeric, distinct, missing, values }) => ({
        name,
        numeric,
        distinct,
        missing,
        values: [...values],
      })),
      more_columns: more,
    }
  }

  return { guess }
}
