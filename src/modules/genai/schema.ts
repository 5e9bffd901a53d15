import { z } from 'zod'
import type { Json, JsonObject } from '../../lib/json.ts'

/** What an evaluation record says. Numbers may be `JSON.rawJSON`, so that they leave as they came. */
export type RecordContent = {
  inputs: JsonObject
  outputs?: Json
  expectations?: JsonObject
  tags?: JsonObject
  source?: { source_type: string; source_data: JsonObject }
}

/** The types of the fields seen so far, by name. */
export type DatasetShape = Partial<Record<'inputs' | 'outputs' | 'expectations', Record<string, string>>>

export type Tag = { key: string; value: string }

/** Questions with what is expected of the answers, to evaluate language models and agents on. */
export type EvaluationDataset = {
  id: string
  name: string
  digest: string
  shape: DatasetShape
  records: number
  created_time: number
  last_update_time: number
  created_by: string
  last_updated_by: string
  tags: Tag[]
  experiments: string[]
}

export type EvaluationRecord = {
  id: string
  dataset_id: string
  content: RecordContent
  created_time: number
  last_update_time: number
  created_by: string
  last_updated_by: string
}

export type ScorerVersion = {
  id: string
  experiment_id: string
  name: string
  version: number
  serialized: string
  created_time: number
}

export const IssueContent = z.object({
  description: z.string(),
  frequency: z.number(),
  root_cause: z.union([z.string(), z.undefined()]).optional(),
  confidence: z.union([z.string(), z.undefined()]).optional(),
  rationale_examples: z.union([z.string(), z.undefined()]).optional(),
  example_trace_ids: z.union([z.string(), z.undefined()]).optional(),
  created_by: z.union([z.string(), z.undefined()]).optional(),
})
export type IssueContent = z.infer<typeof IssueContent>

export type Issue = {
  id: string
  experiment_id: string
  run_id: string | null
  name: string
  status: string
  content: IssueContent
  created_time: number
  last_update_time: number
}
