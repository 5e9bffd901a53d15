export { studioRoutes } from './routes.ts'
export { createStudio, type Studio } from './service.ts'
