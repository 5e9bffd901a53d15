import { AppError } from '../../lib/errors.ts'
import type { Actor } from '../access/schema.ts'
import type { createDecide } from './decide.ts'
import type { TogetherInput, TogetherResult } from './schema.ts'

type Result = TogetherResult['results'][number]

/** Decides about several reviews with one reason: each is a decision of its own, over exactly what was seen of it. */
export function createTogether(decide: ReturnType<typeof createDecide>) {
  return async function together(actor: Actor, { outcome, reason, reviews }: TogetherInput): Promise<TogetherResult> {
    const results: Result[] = []
    for (const { id, scope_digest } of reviews) {
      const input = { outcome, reason, scope_digest, conditions: [], publish_notes: [] }
      results.push(await decideOne(actor, id, input))
    }
    return { results }
  }

  async function decideOne(actor: Actor, review: string, input: Parameters<typeof decide>[2]): Promise<Result> {
    try {
      const result = await decide(actor, review, input, { together: true })
      return result.outcome === 'refused'
        ? { review, outcome: 'refused', reasons: result.reasons }
        : { review, outcome: 'recorded', decision: result.decision.id }
    } catch (error) {
      // What ends one request is an answer about one of several.
      if (error instanceof AppError) return { review, outcome: 'failed', message: error.message }
      throw error
    }
  }
}
