import { authExceptions } from './exceptions-auth.ts'
import { registryExceptions } from './exceptions-registry.ts'
import { webhookExceptions } from './exceptions-webhooks.ts'

/** Where we answer differently from the recorded server on purpose, and why. */
export type Exception = { scenario: string; seqs: readonly number[]; reason: string }

const noSql = 'a name that is taken is RESOURCE_ALREADY_EXISTS, and the message tells no SQL'
const notSilently = 'the recorded server ignores or zeroes a value of the wrong type; we refuse it'
const allPoints = 'without a positive max_results all points are answered, as earlier releases did and clients rely on'
const no500 = 'the recorded server fails with 500 where the request is wrong'

export const exceptions: readonly Exception[] = [
  ...authExceptions,
  ...registryExceptions,
  ...webhookExceptions,
  { scenario: 'experiments_errors', seqs: [10, 11, 30, 43], reason: noSql },
  {
    scenario: 'experiments_errors',
    seqs: [23],
    reason: 'imported experiments may have any id, so an odd one is not found',
  },
  { scenario: 'experiments_errors', seqs: [44], reason: no500 },
  {
    scenario: 'http_edges',
    seqs: [6, 16],
    reason: 'a body that is not JSON or not UTF-8 is named, not taken for an empty one',
  },
  { scenario: 'http_edges', seqs: [7, 8], reason: no500 },
  { scenario: 'http_edges', seqs: [17], reason: 'PostgreSQL cannot store NUL characters, so both engines refuse them' },
  { scenario: 'log_batch_errors', seqs: [11, 12], reason: notSilently },
  { scenario: 'log_batch_errors', seqs: [23], reason: 'what exchanges 11 and 12 would have logged is not there' },
  { scenario: 'log_metric', seqs: [27, 34], reason: 'bare NaN and Infinity are read as what they say, not as 0' },
  { scenario: 'log_metric', seqs: [28, 29, 30, 31, 32, 33], reason: allPoints },
  { scenario: 'log_metric_errors', seqs: [11], reason: no500 },
  { scenario: 'log_metric_errors', seqs: [18], reason: notSilently },
  { scenario: 'log_metric_errors', seqs: [39], reason: 'a step of 1.5 is cut to 1, not zeroed' },
  { scenario: 'metric_history_paging', seqs: [5, 9, 10, 15], reason: allPoints },
  { scenario: 'metric_history_paging', seqs: [11], reason: notSilently },
  {
    scenario: 'runs_create_errors',
    seqs: [2, 5],
    reason: 'a missing experiment is named as such, not as a failed foreign key',
  },
  { scenario: 'runs_create_errors', seqs: [10], reason: notSilently },
  { scenario: 'runs_create_errors', seqs: [11], reason: 'a tag that occurs twice is named as such, without SQL' },
  {
    scenario: 'runs_create_errors',
    seqs: [15],
    reason: 'a long tag is cut to 8,000 characters here as everywhere else',
  },
  { scenario: 'search_errors', seqs: [33, 36, 37], reason: 'filters may have OR, NOT and parentheses' },
  { scenario: 'search_errors', seqs: [88], reason: notSilently },
  {
    scenario: 'search_errors',
    seqs: [90],
    reason: 'imported experiments may have any id, so nothing is found where 500 was recorded',
  },
  { scenario: 'search_order_by', seqs: [54, 55], reason: 'run ids are random, and so is the order by them' },
  { scenario: 'search_pagination', seqs: [45], reason: 'a fraction is cut, not ignored' },
]

export const exceptionFor = (scenario: string, seq: number): Exception | undefined =>
  exceptions.find((exception) => exception.scenario === scenario && exception.seqs.includes(seq))
