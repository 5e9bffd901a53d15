export * as datasetPurge from './purge-store.ts'
export { datasetRoutes } from './routes.ts'
export { createDatasets, type Datasets } from './service.ts'
