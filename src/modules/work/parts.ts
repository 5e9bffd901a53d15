import type { Db } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Audit } from '../audit/index.ts'
import type { AuditorRequests } from '../auditor-requests/index.ts'
import type { BreakGlasses } from '../break-glass/index.ts'
import type { Duties } from '../duties/index.ts'
import type { Findings } from '../findings/index.ts'
import type { Reviews } from '../reviews/index.ts'

export type WorkParts = {
  readonly db: Db
  readonly clock: Clock
  readonly audit: Pick<Audit, 'listen'>
  readonly reviews: Pick<Reviews, 'list' | 'sheet' | 'situations' | 'conditions'>
  readonly findings: Pick<Findings, 'list' | 'sheet'>
  readonly duties: Pick<Duties, 'assignments' | 'accepted'>
  readonly auditorRequests: Pick<AuditorRequests, 'list'>
  readonly breakGlass: Pick<BreakGlasses, 'list' | 'mayConfirm'>
}
