import type { Who } from '../../../src/modules/policy/schema.ts'

export const whoWords: Record<Who, string> = {
  developer: 'the developer',
  validator: 'a validator',
  approver: 'an approver',
  administrator: 'an administrator',
}
