export { exactNumber, type RecordPlace } from './dataset-store.ts'
export { createGenai, type Genai } from './service.ts'
