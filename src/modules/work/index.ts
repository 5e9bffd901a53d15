export { workRoutes } from './routes.ts'
export { createWork, type Work } from './service.ts'
