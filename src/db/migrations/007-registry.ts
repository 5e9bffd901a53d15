import type { Migration } from '../migrate.ts'

export const registry: Migration = {
  name: '007-registry',
  async up() {},
}
