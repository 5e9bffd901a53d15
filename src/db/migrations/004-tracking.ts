import type { Migration } from '../migrate.ts'

export const tracking: Migration = {
  name: '004-tracking',
  async up() {},
}
