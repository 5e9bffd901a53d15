import type { PermissionRow } from './permission-store.ts'
import type { LifecycleStage, LoggedModelStatus, RunStatus } from './schema.ts'

export type TrackingTables = {
  experiment: ExperimentTableRow
  experiment_tag: { experiment_id: string; key: string; value: string }
  run: RunRow
  run_contributor: { run_id: string; actor_id: string }
  run_param: RunTextRow
  run_tag: RunTextRow
  metric_latest: LatestRow
  metric_point: PointRow
  run_input: InputRow
  logged_model: LoggedModelRow
  logged_model_param: { model_id: string; key: string; value: string }
  logged_model_tag: { model_id: string; key: string; value: string }
  logged_model_metric: LoggedModelMetricRow
  run_model: RunModelRow
  experiment_permission: PermissionRow
  /** Numbers of experiments that are gone for good: nobody gets them again. */
  purged_experiment: { id: string; position: number }
}

export type ExperimentTableRow = {
  id: string
  /** Order of creation. */
  position: number
  name: string
  artifact_location: string
  lifecycle_stage: LifecycleStage
  creation_time: number
  last_update_time: number
  created_by: string
}

export type RunRow = {
  id: string
  experiment_id: string
  name: string
  status: RunStatus
  /** Who the client says it is; `created_by` is who signed in. */
  user_name: string
  start_time: number
  end_time: number | null
  artifact_uri: string
  lifecycle_stage: LifecycleStage
  seal: string | null
  created_by: string
  /** Epoch milliseconds; null while it is active. */
  deleted_at?: number | null | undefined
}

/** A parameter or a tag. `head` is the beginning of the value, which the index has. */
export type RunTextRow = { run_id: string; key: string; head: string; value: string }

/** NaN is stored as the value 0 with `is_nan` 1, infinities as the largest doubles. */
export type PointRow = { series: number; step: number; timestamp: number; value: number; is_nan: 0 | 1 }

/** `in_order` is 1 while no point was logged whose time is before that of a point with a lower step. */
export type LatestRow = PointRow & { run_id: string; key: string; experiment_id: string; in_order: 0 | 1 }

export type InputRow = {
  run_id: string
  name: string
  digest: string
  experiment_id: string
  position: number
  source_type: string
  source: string
  schema: string | null
  profile: string | null
  /** The value of the tag `mlflow.data.context`. */
  context: string | null
  tags: string
}

/** `source_run_id` is empty where no run is said to have made it. */
export type LoggedModelRow = {
  id: string
  experiment_id: string
  name: string
  model_type: string
  source_run_id: string
  artifact_uri: string
  status: LoggedModelStatus
  created_at: number
  updated_at: number
  deleted_at: number | null
  created_by: string
}

/** The latest point of a metric of a model, per run and dataset; empty texts where no dataset is named. */
export type LoggedModelMetricRow = Omit<PointRow, 'series'> & {
  model_id: string
  key: string
  run_id: string
  dataset_name: string
  dataset_digest: string
}

/** A model that a run read, or made. */
export type RunModelRow = {
  run_id: string
  direction: 'input' | 'output'
  model_id: string
  position: number
  step: number
}
