import type { Migration } from '../migrate.ts'

export const datasets: Migration = {
  name: '006-datasets',
  async up() {},
}
