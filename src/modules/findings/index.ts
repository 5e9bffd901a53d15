export { findingRoutes } from './routes.ts'
export { createFindings, type Findings, type OpenFinding } from './service.ts'
export { findingsOfVersions, openFindingsOf } from './store.ts'
