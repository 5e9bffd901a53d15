export type GenaiTables = {
  evaluation_dataset: EvaluationDatasetRow
  evaluation_dataset_tag: EvaluationDatasetTagRow
  evaluation_dataset_experiment: { dataset_id: string; experiment_id: string }
  evaluation_record: EvaluationRecordRow
  scorer: ScorerRow
  scorer_version: ScorerVersionRow
  trace_issue: IssueRow
}

export type EvaluationDatasetRow = {
  /** `d-` and 32 hexadecimal digits. */
  id: string
  name: string
  /** Of the contents of all records, whatever their order. */
  digest: string
  /** `DatasetShape` as JSON. */
  shape: string
  records: number
  /** Epoch milliseconds, as all times here. */
  created_time: number
  last_update_time: number
  created_by: string
  last_updated_by: string
}

export type EvaluationDatasetTagRow = { dataset_id: string; key: string; value: string }

export type EvaluationRecordRow = {
  /** `dr-` and 32 hexadecimal digits. */
  id: string
  dataset_id: string
  /** Of the inputs: a record with the same ones is the same record. */
  input_digest: string
  /** `RecordContent` as JSON. */
  content: string
  created_time: number
  last_update_time: number
  created_by: string
  last_updated_by: string
}

export type ScorerRow = {
  id: string
  experiment_id: string
  name: string
  /** The highest number given so far. */
  last_version: number
}

export type ScorerVersionRow = {
  scorer_id: string
  version: number
  /** What the client's library wrote; never read here. */
  serialized: string
  digest: string
  created_time: number
  created_by: string
}

export type IssueRow = {
  id: string
  experiment_id: string
  run_id: string | null
  name: string
  status: string
  /** `IssueContent` as JSON. */
  content: string
  created_time: number
  last_update_time: number
  created_by: string
}
