import { sql } from 'kysely'
import type { Fragment } from './sql.ts'

/** Which of the living and the deleted a search sees. */
export type View = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'

export function viewCondition(stage: Fragment, view: View): Fragment {
  switch (view) {
    case 'ACTIVE_ONLY':
      return sql`${stage} = 'active'`
    case 'DELETED_ONLY':
      return sql`${stage} = 'deleted'`
    case 'ALL':
      return sql`${stage} in ('active', 'deleted')`
  }
}
