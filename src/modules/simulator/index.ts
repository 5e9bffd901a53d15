export { simulatorRoutes } from './routes.ts'
export { createSimulator } from './service.ts'
