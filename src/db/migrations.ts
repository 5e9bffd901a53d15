import type { Migration } from './migrate.ts'
import { audit } from './migrations/001-audit.ts'
import { access } from './migrations/002-access.ts'
import { jobs } from './migrations/003-jobs.ts'
import { tracking } from './migrations/004-tracking.ts'
import { artifacts } from './migrations/005-artifacts.ts'
import { datasets } from './migrations/006-datasets.ts'
import { registry } from './migrations/007-registry.ts'
import { evaluation } from './migrations/008-evaluation.ts'
import { policy } from './migrations/009-policy.ts'
import { reviews } from './migrations/010-reviews.ts'
import { gate } from './migrations/011-gate.ts'
import { notifications } from './migrations/012-notifications.ts'
import { traces } from './migrations/013-traces.ts'
import { loggedModels } from './migrations/014-logged-models.ts'
import { experimentPermissions } from './migrations/020-experiment-permissions.ts'
import { workspaces } from './migrations/021-workspaces.ts'
import { multipartUploads } from './migrations/022-multipart-uploads.ts'
import { retention } from './migrations/023-retention.ts'
import { seriesOrder } from './migrations/024-tracking-series-order.ts'
import { imports } from './migrations/025-imports.ts'
import { genai } from './migrations/026-genai.ts'
import { deliveryTimes } from './migrations/027-delivery-times.ts'
import { evaluationSources } from './migrations/028-evaluation-sources.ts'
import { artifactRoots } from './migrations/029-artifact-roots.ts'
import { runNames } from './migrations/030-run-names.ts'
import { evaluationFindings } from './migrations/032-evaluation-findings.ts'
import { signIn } from './migrations/033-sign-in.ts'
import { tokenRotation } from './migrations/034-token-rotation.ts'
import { setUp } from './migrations/035-set-up.ts'
import { roles } from './migrations/036-roles.ts'
import { seats } from './migrations/037-seats.ts'
import { duties } from './migrations/038-duties.ts'
import { seatReads } from './migrations/039-seat-reads.ts'
import { signInAttempts } from './migrations/040-sign-in-attempts.ts'
import { policyPublication } from './migrations/043-policy-publication.ts'
import { findings } from './migrations/045-findings.ts'
import { scanWaivers } from './migrations/049-scan-waivers.ts'
import { requirementWaivers } from './migrations/050-requirement-waivers.ts'
import { verdictRevocations } from './migrations/051-verdict-revocations.ts'
import { environmentOffline } from './migrations/052-environment-offline.ts'
import { admission } from './migrations/053-admission.ts'
import { breakGlass } from './migrations/054-break-glass.ts'
import { challenges } from './migrations/055-challenges.ts'
import { reviewFlow } from './migrations/056-review-flow.ts'
import { conditions } from './migrations/057-conditions.ts'
import { workspaceAccounts } from './migrations/059-workspace-accounts.ts'
import { systems } from './migrations/060-systems.ts'
import { personalKeys } from './migrations/061-personal-keys.ts'
import { approvalWatch } from './migrations/064-approval-watch.ts'
import { validation } from './migrations/065-validation.ts'
import { auditorRequests } from './migrations/066-auditor-requests.ts'
import { connectionDryRuns } from './migrations/067-connection-dry-runs.ts'

/** People, sessions and the list of workspaces; it has its own audit log. */
export const systemMigrations: readonly Migration[] = [
  audit,
  access,
  workspaces,
  artifactRoots,
  signIn,
  tokenRotation,
  setUp,
  roles,
  seats,
  signInAttempts,
  workspaceAccounts,
  personalKeys,
]

export const workspaceMigrations: readonly Migration[] = [
  audit,
  jobs,
  tracking,
  artifacts,
  datasets,
  registry,
  evaluation,
  policy,
  reviews,
  gate,
  notifications,
  traces,
  loggedModels,
  experimentPermissions,
  multipartUploads,
  retention,
  seriesOrder,
  imports,
  genai,
  deliveryTimes,
  evaluationSources,
  runNames,
  duties,
  seatReads,
  evaluationFindings,
  policyPublication,
  findings,
  scanWaivers,
  requirementWaivers,
  verdictRevocations,
  environmentOffline,
  admission,
  systems,
  reviewFlow,
  approvalWatch,
  breakGlass,
  conditions,
  validation,
  challenges,
  connectionDryRuns,
  auditorRequests,
]
