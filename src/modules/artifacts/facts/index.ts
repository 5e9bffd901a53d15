export { readMlmodelFacts } from './mlmodel.ts'
export { readOnnxFacts } from './onnx.ts'
export { type FactsOf, MlmodelFacts, OnnxFacts, OnnxValue, SignatureField } from './schema.ts'
