import { z } from 'zod'
import { Digest } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'

/** MLflow's grammar: run ids are 32 hexadecimal digits when we make them, clients may bring others. */
export const RunId = z.string().regex(/^[a-zA-Z0-9][\w-]{0,255}$/)
export const ExperimentId = z.string().regex(/^[a-zA-Z0-9][\w-]{0,63}$/)

export const RunStatus = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'])
export type RunStatus = z.infer<typeof RunStatus>
export const LifecycleStage = z.enum(['active', 'deleted'])
export type LifecycleStage = z.infer<typeof LifecycleStage>

/** Times of tracking are epoch milliseconds, as MLflow sends them. */
export const Experiment = z.object({
  id: ExperimentId,
  name: z.string(),
  artifact_location: z.string(),
  lifecycle_stage: LifecycleStage,
  creation_time: z.int(),
  last_update_time: z.int(),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
})
export type Experiment = z.infer<typeof Experiment>

/** NaN and infinities are text, because JSON has none. */
export const MetricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
export type MetricValue = z.infer<typeof MetricValue>

export const LatestMetric = z.object({ key: z.string(), value: MetricValue, step: z.int(), timestamp: z.int() })
export type LatestMetric = z.infer<typeof LatestMetric>

export const RunInput = z.object({
  name: z.string(),
  digest: z.string(),
  source_type: z.string(),
  source: z.string(),
  schema: z.string().nullable(),
  profile: z.string().nullable(),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
})
export type RunInput = z.infer<typeof RunInput>

export const LoggedModelStatus = z.enum(['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'])
export type LoggedModelStatus = z.infer<typeof LoggedModelStatus>

/** A logged model as a run knows it. */
export const RunModel = z.object({
  model_id: z.string(),
  name: z.string(),
  model_type: z.string(),
  status: LoggedModelStatus,
  step: z.int(),
})
export type RunModel = z.infer<typeof RunModel>

export const Run = z.object({
  id: RunId,
  experiment_id: ExperimentId,
  name: z.string(),
  status: RunStatus,
  user: z.string(),
  start_time: z.int().nullable(),
  end_time: z.int().nullable(),
  artifact_uri: z.string(),
  lifecycle_stage: LifecycleStage,
  metrics: z.array(LatestMetric),
  params: z.array(z.object({ key: z.string(), value: z.string() })),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
  inputs: z.array(RunInput),
  /** Logged models that the run read, and those it made. */
  model_inputs: z.array(RunModel),
  outputs: z.array(RunModel),
  /** Digest of parameters, metrics, tags and inputs, taken when the run finished. */
  seal: Digest.nullable(),
  created_by: PersonId,
})
export type Run = z.infer<typeof Run>

export const ExperimentRow = Experiment.extend({ runs: z.int(), last_run_at: z.int().nullable() })
export type ExperimentRow = z.infer<typeof ExperimentRow>

export const ExperimentInput = z.strictObject({ name: z.string().trim().min(1).max(500) })
export type ExperimentInput = z.infer<typeof ExperimentInput>

/** A tag; `mlflow.note.content` is the description. */
export const KeyText = z.strictObject({ key: z.string().min(1).max(250), value: z.string().max(8_000) })
export type KeyText = z.infer<typeof KeyText>

export const Deletion = z.strictObject({ reason: z.string().trim().max(2_000).default('') })
export type Deletion = z.infer<typeof Deletion>

export const RunsChosen = z.strictObject({ run_ids: z.array(RunId).min(1).max(500) })
export type RunsChosen = z.infer<typeof RunsChosen>

export const StageView = z.enum(['active', 'deleted', 'all'])
export type StageView = z.infer<typeof StageView>

export const MetricPoint = z.object({ value: MetricValue, step: z.int(), timestamp: z.int() })
export type MetricPoint = z.infer<typeof MetricPoint>

/** What MLflow calls the permission of a person on an experiment. */
export const ExperimentPermission = z.enum(['READ', 'USE', 'EDIT', 'MANAGE', 'NO_PERMISSIONS'])
export type ExperimentPermission = z.infer<typeof ExperimentPermission>

export const LoggedModelMetric = LatestMetric.extend({
  run_id: RunId,
  dataset_name: z.string().nullable(),
  dataset_digest: z.string().nullable(),
})
export type LoggedModelMetric = z.infer<typeof LoggedModelMetric>

export const LoggedModel = z.object({
  id: z.string(),
  experiment_id: ExperimentId,
  name: z.string(),
  model_type: z.string(),
  source_run_id: z.string(),
  artifact_uri: z.string(),
  status: LoggedModelStatus,
  created_at: z.int(),
  updated_at: z.int(),
  deleted_at: z.int().nullable(),
  created_by: PersonId,
  params: z.array(z.object({ key: z.string(), value: z.string() })),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
  metrics: z.array(LoggedModelMetric),
})
export type LoggedModel = z.infer<typeof LoggedModel>
