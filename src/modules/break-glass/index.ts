export { breakGlassRoutes } from './routes.ts'
export { type BreakGlasses, createBreakGlass } from './service.ts'
export { activeBreakGlass } from './store.ts'
