export type { ModelScope } from './request.ts'
export { accessRoutes, sessionCookie } from './routes.ts'
export { type Access, createAccess } from './service.ts'
export { sameText } from './sign-in.ts'
