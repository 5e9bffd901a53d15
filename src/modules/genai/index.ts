export { exactNumber, type RecordPlace } from './dataset-store.ts'
export * as genaiPurge from './purge-store.ts'
export { createGenai, type Genai } from './service.ts'
