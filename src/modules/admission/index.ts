export type { AdmissionAnswer, AdmissionQuestion, Reference } from './question.ts'
export { admissionRoutes } from './routes.ts'
export { type Admission, createAdmission } from './service.ts'
