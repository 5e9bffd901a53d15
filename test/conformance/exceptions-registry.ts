import type { Exception } from './exceptions.ts'

const wherefrom = 'the message names a folder of the recorded server'
const folder = 'the download of a folder is a mistake of the client, not of the server'
const normal = 'a path that means another one is refused, never stored under the other name'
const hostile = 'a backslash or a control character in a name becomes another place on some client'
const bug = 'the recorded server failed where the request was wrong'

/** Artifacts, models, versions and aliases. */
export const registryExceptions: readonly Exception[] = [
  { scenario: 'artifacts_proxied_raw', seqs: [16, 36], reason: wherefrom },
  { scenario: 'artifacts_proxied_raw', seqs: [17], reason: folder },
  { scenario: 'artifacts_proxied_raw', seqs: [19], reason: 'a range that is asked for is sent' },
  { scenario: 'artifacts_traversal', seqs: [29, 32, 41, 47], reason: wherefrom },
  { scenario: 'artifacts_traversal', seqs: [28, 31, 40, 46, 49, 50], reason: normal },
  { scenario: 'artifacts_traversal', seqs: [22, 23, 24, 34, 35, 36, 37, 38, 39, 70, 71, 72], reason: hostile },
  {
    scenario: 'artifacts_traversal',
    seqs: [80],
    reason: 'folders end with their last file, and the hostile names before were not stored',
  },
  { scenario: 'artifacts_traversal', seqs: [81], reason: folder },
  { scenario: 'artifacts_client', seqs: [48], reason: wherefrom },
  { scenario: 'artifacts_client', seqs: [58, 59], reason: 'names outside ASCII can be downloaded' },
  { scenario: 'registered_models_errors', seqs: [8], reason: 'names end at 256 characters, as MLflow documents' },
  { scenario: 'registered_models_errors', seqs: [39], reason: 'the message quotes the recorded server’s SQL' },
  { scenario: 'registered_models_search', seqs: [23, 24], reason: 'IS NULL works on tags' },
  {
    scenario: 'registered_models_search',
    seqs: [28],
    reason: 'clauses are quoted in the message, as MLflow does for runs',
  },
  { scenario: 'registered_models_search', seqs: [31], reason: 'filters may have OR, NOT and parentheses' },
  {
    scenario: 'registered_models_search',
    seqs: [47, 48],
    reason: 'a page of no results whose token leads to itself would never end',
  },
  { scenario: 'model_versions_errors', seqs: [15], reason: 'the message repeats the source as it was sent' },
  { scenario: 'model_versions_errors', seqs: [23, 26], reason: bug },
  {
    scenario: 'model_versions_errors',
    seqs: [33, 40, 47, 82],
    reason: 'a missing parameter gets the same message on every route',
  },
  {
    scenario: 'registry_client_flow',
    seqs: [26],
    reason: 'the newest versions of the stages come in the order of their numbers, in searches too',
  },
  { scenario: 'stages', seqs: [16, 17], reason: bug },
]
