import type { Migration } from '../migrate.ts'

export const evaluationSources: Migration = {
  name: '028-evaluation-sources',
  async up(db) {
    // Where the predictions come from, as JSON; without it the server scores the version's own file.
    await db.schema.alterTable('evaluation').addColumn('source', 'text').execute()
  },
}
