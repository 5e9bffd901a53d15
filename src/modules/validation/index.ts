export { validationRoutes } from './routes.ts'
export { createValidations, type Validations } from './service.ts'
export { removeValidations } from './store.ts'
