export { setUpRoutes } from './routes.ts'
export { createSetUp, type SetUp } from './service.ts'
