import type { Migration } from '../migrate.ts'

export const policyPublication: Migration = {
  name: '043-policy-publication',
  async up(db) {
    // The tests as written, and what they and the plan said at the publication, as JSON.
    await db.schema.alterTable('policy_version').addColumn('tests', 'text').execute()
    await db.schema.alterTable('policy_version').addColumn('test_results', 'text').execute()
    await db.schema.alterTable('policy_version').addColumn('plan', 'text').execute()
  },
}
