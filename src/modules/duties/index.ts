export { dutyRoutes } from './routes.ts'
export { dutiesOn } from './separates.ts'
export { createDuties, type Duties } from './service.ts'
