import { createEvaluationDatasets } from './datasets.ts'
import { createIssues } from './issues.ts'
import type { GenaiParts } from './parts.ts'
import { createScorers } from './scorers.ts'

export type Genai = ReturnType<typeof createGenai>

/** What evaluates language models and agents, apart from their traces and prompts. */
export function createGenai(parts: GenaiParts) {
  return {
    datasets: createEvaluationDatasets(parts),
    scorers: createScorers(parts),
    issues: createIssues(parts),
  }
}
