import type { Migration } from '../migrate.ts'

export const reviews: Migration = {
  name: '010-reviews',
  async up() {},
}
