import type { Exception } from './exceptions.ts'

const noSql = 'a name that is taken is RESOURCE_ALREADY_EXISTS, and the message tells no SQL'

/** Users and permissions. */
export const authExceptions: readonly Exception[] = [
  {
    scenario: 'auth_users',
    seqs: [3],
    reason: 'the version of the spoken API is open to everyone, as without the auth app',
  },
  { scenario: 'auth_users', seqs: [13], reason: noSql },
  {
    scenario: 'auth_experiment_permissions',
    seqs: [16, 41],
    reason: 'the message names a folder of the recorded server',
  },
  { scenario: 'auth_experiment_permissions', seqs: [69], reason: noSql },
  {
    scenario: 'auth_experiment_permissions',
    seqs: [71],
    reason: 'a permission on an experiment that does not exist would hold for whatever takes its id later',
  },
]
