export { workspaceRoutes } from './routes.ts'
export { createWorkspaces, isEmpty, noWorkspace, type WorkspaceStorage, type Workspaces } from './service.ts'
