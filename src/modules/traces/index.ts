export type { AssessmentChange, AssessmentContent, NewAssessment } from './assessments.ts'
export type { Ingested } from './ingest.ts'
export * as tracePurge from './purge-store.ts'
export { traceRoutes } from './routes.ts'
export { limits as traceLimits } from './rules.ts'
export { createTraces, type TraceDescription, type Traces } from './service.ts'
export {
  type OtlpAttribute,
  type OtlpValue,
  plainAttributes,
  type SpanContent,
  type SpanInput,
  spanKinds,
} from './span.ts'
export type { AssessmentRow, SpanRow } from './tables.ts'
