export { connectionRoutes } from './routes.ts'
export { createConnections } from './service.ts'
