export type { EvaluationParts } from './parts.ts'
export { evaluationRoutes } from './routes.ts'
export { createEvaluation, type Evaluations } from './service.ts'
export { evidenceOf } from './store.ts'
