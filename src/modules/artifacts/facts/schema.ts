import { z } from 'zod'

/** A dimension is a size, a name for a size that varies, or not said. */
const Shape = z.array(z.union([z.number(), z.string(), z.null()]))

export const OnnxValue = z.object({
  name: z.string(),
  /** `float32`, `string`; composed as `sequence(map(int64, float32))`. */
  type: z.string(),
  /** Null where the file leaves the rank open, or where the value is not a tensor. */
  shape: Shape.nullable(),
})
export type OnnxValue = z.infer<typeof OnnxValue>

export const OnnxFacts = z.object({
  ir_version: z.number(),
  producer: z.object({ name: z.string(), version: z.string() }),
  opsets: z.array(z.object({ domain: z.string(), version: z.number() })),
  inputs: z.array(OnnxValue),
  outputs: z.array(OnnxValue),
  /** Nodes of the graph and of the graphs inside its nodes. */
  node_count: z.number(),
  /** By operator; operators of other domains than ONNX's own carry it: `ai.onnx.ml.OneHotEncoder`. */
  operators: z.record(z.string(), z.number()),
  /** Numbers in tensors (initializers, constants) and in attributes that are lists of floats, such as coefficients. */
  parameter_count: z.number(),
  /** Files beside the model that hold tensors, as the model names them: not to be trusted as paths. */
  external_files: z.array(z.string()),
  /** Values longer than 64 KiB are left out. */
  metadata: z.record(z.string(), z.string()),
})
export type OnnxFacts = z.infer<typeof OnnxFacts>

/** A column (`long`, `string` …) or a tensor (`float32` with its shape; -1 varies). */
export const SignatureField = z.object({
  name: z.string().nullable(),
  type: z.string(),
  required: z.boolean(),
  shape: z.array(z.number()).nullable(),
})
export type SignatureField = z.infer<typeof SignatureField>

export const MlmodelFacts = z.object({
  /** By name, with those properties that are plain values, as they are written: a version 3.10 stays `3.10`. */
  flavors: z.record(z.string(), z.record(z.string(), z.string())),
  signature: z
    .object({
      inputs: z.array(SignatureField),
      outputs: z.array(SignatureField),
      params: z.array(z.object({ name: z.string(), type: z.string() })),
    })
    .nullable(),
  run_id: z.string().nullable(),
  model_uuid: z.string().nullable(),
  mlflow_version: z.string().nullable(),
  python_version: z.string().nullable(),
  /** As written: MLflow's `utc_time_created`, in UTC without saying so. */
  created: z.string().nullable(),
})
export type MlmodelFacts = z.infer<typeof MlmodelFacts>

/** A file that is not what it says is an answer about the file, not an error of ours. */
export type FactsOf<Facts> =
  | { readonly outcome: 'read'; readonly facts: Facts }
  | { readonly outcome: 'unreadable'; readonly reason: string }
