export type { ModelScope } from './request.ts'
export { accessRoutes, sessionCookie } from './routes.ts'
export { type Access, createAccess, type WorkspaceAccess } from './service.ts'
export { sameText } from './sign-in.ts'
