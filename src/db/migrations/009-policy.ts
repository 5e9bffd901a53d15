import type { Migration } from '../migrate.ts'

export const policy: Migration = {
  name: '009-policy',
  async up() {},
}
