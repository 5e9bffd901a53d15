import { stringify } from 'yaml'
import { modelInputs } from './onnx.ts'
import type { WageModel } from './train.ts'

export type MlmodelInput = {
  readonly model: Pick<WageModel, 'features'>
  readonly runId: string
  readonly artifactPath: string
  readonly modelUuid: string
  readonly createdAt: Date
  /** Of the MLflow release whose file format this is. */
  readonly mlflowVersion: string
  /** File name of the ONNX model, beside this file. */
  readonly data: string
  readonly sizeBytes: number
}

/** The `MLmodel` file as MLflow's ONNX flavour writes it; signatures are JSON inside YAML there, so they are here. */
export function mlmodelYaml(input: MlmodelInput): string {
  const inputs = modelInputs(input.model).map(({ name, type }) => ({
    type: type === 'float32' ? 'float' : 'string',
    name,
    required: true,
  }))
  const outputs = [
    { type: 'tensor', name: 'label', 'tensor-spec': { dtype: 'int64', shape: [-1] } },
    { type: 'tensor', name: 'probabilities', 'tensor-spec': { dtype: 'float32', shape: [-1, 2] } },
  ]
  const file = {
    artifact_path: input.artifactPath,
    flavors: { onnx: { code: null, data: input.data, providers: ['CPUExecutionProvider'] } },
    mlflow_version: input.mlflowVersion,
    model_size_bytes: input.sizeBytes,
    model_uuid: input.modelUuid,
    run_id: input.runId,
    signature: { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputs), params: null },
    utc_time_created: input.createdAt.toISOString().replace('T', ' ').replace('Z', '000'),
  }
  return stringify(file, { version: '1.1', lineWidth: 0 })
}
