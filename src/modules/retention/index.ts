export { createHolds, type Holds } from './holds.ts'
export { retentionRoutes } from './routes.ts'
export { createRetention, type Retention } from './service.ts'
