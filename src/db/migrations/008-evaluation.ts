import type { Migration } from '../migrate.ts'

export const evaluation: Migration = {
  name: '008-evaluation',
  async up() {},
}
