import type { Migration } from '../migrate.ts'

export const deliveryTimes: Migration = {
  name: '027-delivery-times',
  async up(db) {
    await db.schema.alterTable('webhook_delivery').addColumn('duration', 'integer').execute()
    await db.schema.alterTable('webhook_delivery').addColumn('next_attempt_at', 'text').execute()
  },
}
