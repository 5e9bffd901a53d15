export { systemRoutes } from './routes.ts'
export { createSystems, type Systems } from './service.ts'
export { findSystem, listSystems, systemNames, systemsOfModel } from './store.ts'
