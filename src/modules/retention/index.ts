export { createHolds, type Holds } from './holds.ts'
export { retentionRoutes } from './routes.ts'
export { createRetention, type Retention, removalJobs } from './service.ts'
