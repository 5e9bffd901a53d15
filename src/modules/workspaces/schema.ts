import { z } from 'zod'
import { Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'

/** The workspace of requests that name none. MLflow calls its own `default`, which stands for it. */
export const firstWorkspace = 'main'
export const mlflowFirstWorkspace = 'default'

const reserved: ReadonlySet<string> = new Set([
  firstWorkspace,
  mlflowFirstWorkspace,
  'system',
  'workspaces',
  'api',
  'ajax-api',
  'static-files',
])

export const workspaceNamePattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
const pattern = new RegExp(workspaceNamePattern)

/** Why a name cannot be given to a workspace: MLflow's rule for names, in its words. Nothing when it can. */
export function nameProblem(name: string): string | undefined {
  if (name.length < 2 || name.length > 63) return `Workspace name '${name}' must be between 2 and 63 characters.`
  if (!pattern.test(name)) {
    return `Workspace name '${name}' must match the pattern ${workspaceNamePattern} (lowercase alphanumeric with optional internal hyphens).`
  }
  if (reserved.has(name)) return `Workspace name '${name}' is reserved and cannot be used.`
  return undefined
}

export const WorkspaceName = z.string().superRefine((name, ctx) => {
  const message = nameProblem(name)
  if (message) ctx.addIssue({ code: 'custom', message })
})

const Description = z.string().trim().max(2000)

/**
 * `active`: in use. `archived`: readable, changed by nobody. `deleted`: its data is gone; the name is not given again, because
 * it names a trail.
 */
export const WorkspaceState = z.enum(['active', 'archived'])
export type WorkspaceState = z.infer<typeof WorkspaceState>

export const WorkspaceInfo = z.object({
  name: z.string(),
  description: z.string().nullable(),
  /** A direct store, in which new experiments that name no location get a folder each. */
  artifact_root: z.string().nullable(),
  state: WorkspaceState,
  created_at: Moment,
  created_by: PersonId.nullable(),
  archived_at: Moment.nullable(),
  archive_reason: z.string().nullable(),
  /** Who administers it. */
  administrators: z.array(z.object({ id: PersonId, name: z.string() })),
  /** Whoever asks holds a role in it. */
  joined: z.boolean(),
})
export type WorkspaceInfo = z.infer<typeof WorkspaceInfo>

/** How much a workspace holds, beyond what every workspace begins with. */
export const WorkspaceContent = z.object({
  experiments: z.int(),
  runs: z.int(),
  models: z.int(),
  versions: z.int(),
  traces: z.int(),
  datasets: z.int(),
  others: z.int(),
})
export type WorkspaceContent = z.infer<typeof WorkspaceContent>

/** Empty for the server's own store. */
const ArtifactRoot = z.string().trim().max(500)

export const CreateWorkspaceInput = z.strictObject({
  name: WorkspaceName,
  description: Description.optional(),
  artifact_root: ArtifactRoot.optional(),
})
export const UpdateWorkspaceInput = z
  .strictObject({ description: Description.optional(), artifact_root: ArtifactRoot.optional() })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'say what to change')
export type WorkspaceChange = { description?: string | undefined; artifact_root?: string | undefined }
export const ArchiveInput = z.strictObject({
  reason: z.string().trim().min(10, 'say why, in at least 10 characters').max(2000),
})
export const AdministratorInput = z.strictObject({ person: PersonId })
