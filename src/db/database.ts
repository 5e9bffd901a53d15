import type { Kysely } from 'kysely'
import type { JobTables } from '../jobs/tables.ts'
import type { AccessTables } from '../modules/access/tables.ts'
import type { AdmissionTables } from '../modules/admission/tables.ts'
import type { ArtifactTables } from '../modules/artifacts/tables.ts'
import type { AuditTables } from '../modules/audit/tables.ts'
import type { AuditorRequestTables } from '../modules/auditor-requests/tables.ts'
import type { AuditorTables } from '../modules/auditors/tables.ts'
import type { BreakGlassTables } from '../modules/break-glass/tables.ts'
import type { ChallengeTables } from '../modules/challenges/tables.ts'
import type { CommentTables } from '../modules/comments/tables.ts'
import type { ConnectionTables } from '../modules/connections/tables.ts'
import type { DatasetTables } from '../modules/datasets/tables.ts'
import type { DutyTables } from '../modules/duties/tables.ts'
import type { EvaluationTables } from '../modules/evaluation/tables.ts'
import type { FindingTables } from '../modules/findings/tables.ts'
import type { GateTables } from '../modules/gate/tables.ts'
import type { GenaiTables } from '../modules/genai/tables.ts'
import type { ImportTables } from '../modules/imports/tables.ts'
import type { NotificationTables } from '../modules/notifications/tables.ts'
import type { PolicyTables } from '../modules/policy/tables.ts'
import type { RegistryTables } from '../modules/registry/tables.ts'
import type { RetentionTables } from '../modules/retention/tables.ts'
import type { ReviewTables } from '../modules/reviews/tables.ts'
import type { SetUpTables } from '../modules/setup/tables.ts'
import type { SignInTables } from '../modules/signin/tables.ts'
import type { SystemTables } from '../modules/systems/tables.ts'
import type { TraceTables } from '../modules/traces/tables.ts'
import type { TrackingTables } from '../modules/tracking/tables.ts'
import type { ValidationTables } from '../modules/validation/tables.ts'
import type { WorkspaceTables } from '../modules/workspaces/tables.ts'

/** Every table of a workspace and of the system database; each module declares its own. */
export type Database = AccessTables &
  AdmissionTables &
  ArtifactTables &
  AuditorRequestTables &
  AuditorTables &
  AuditTables &
  BreakGlassTables &
  ChallengeTables &
  CommentTables &
  ConnectionTables &
  DatasetTables &
  DutyTables &
  EvaluationTables &
  FindingTables &
  GateTables &
  GenaiTables &
  ImportTables &
  JobTables &
  NotificationTables &
  PolicyTables &
  RegistryTables &
  RetentionTables &
  ReviewTables &
  ValidationTables &
  SetUpTables &
  SignInTables &
  SystemTables &
  TraceTables &
  TrackingTables &
  WorkspaceTables

export type Engine = 'sqlite' | 'postgres'

/** What reads take. A transaction is one, too, so that a read inside a write sees what was written. */
export type Db = Kysely<Database>

declare const inTransaction: unique symbol
/** What writes take: a connection inside the writer's open transaction. */
export type Tx = Db & { readonly [inTransaction]: true }
