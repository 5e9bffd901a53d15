import type { PermissionRow } from './permission-store.ts'
import type { LifecycleStage, RunStatus } from './schema.ts'

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
  experiment_permission: PermissionRow
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
}

/** A parameter or a tag. `head` is the beginning of the value, which the index has. */
export type RunTextRow = { run_id: string; key: string; head: string; value: string }

/** NaN is stored as the value 0 with `is_nan` 1, infinities as the largest doubles. */
export type PointRow = { series: number; step: number; timestamp: number; value: number; is_nan: 0 | 1 }

export type LatestRow = PointRow & { run_id: string; key: string; experiment_id: string }

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
