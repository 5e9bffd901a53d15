import type { Migration } from '../migrate.ts'

/** In the system database: where the experiments of a workspace keep their artifacts when they say nothing. */
export const artifactRoots: Migration = {
  name: '029-artifact-roots',
  async up(db) {
    await db.schema.alterTable('workspace').addColumn('artifact_root', 'text').execute()
  },
}
