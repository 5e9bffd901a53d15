export { auditorRequestRoutes } from './routes.ts'
export { type AuditorRequests, createAuditorRequests } from './service.ts'
