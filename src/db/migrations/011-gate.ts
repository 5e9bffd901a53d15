import type { Migration } from '../migrate.ts'

export const gate: Migration = {
  name: '011-gate',
  async up() {},
}
