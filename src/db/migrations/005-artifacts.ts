import type { Migration } from '../migrate.ts'

export const artifacts: Migration = {
  name: '005-artifacts',
  async up() {},
}
