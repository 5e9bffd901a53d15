import type { Exception } from './exceptions.ts'

export const webhookExceptions: readonly Exception[] = [
  {
    scenario: 'webhooks_crud',
    seqs: [5, 6, 11],
    reason: 'a change that does not name the status leaves it; the recorded server activates a disabled webhook',
  },
  { scenario: 'webhooks_crud', seqs: [29], reason: 'an unknown entity is the client’s mistake, not a failure' },
  {
    scenario: 'webhooks_crud',
    seqs: [30],
    reason: 'an event that is named twice is taken once; the recorded server fails in its database',
  },
  {
    scenario: 'webhooks_crud',
    seqs: [36],
    reason: 'the webhook of exchange 30 is in the list',
  },
]
