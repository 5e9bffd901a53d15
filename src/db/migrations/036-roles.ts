import type { Migration } from '../migrate.ts'

/** Roles that a workspace has defined. */
export const roles: Migration = {
  name: '036-roles',
  async up(db) {
    await db.schema
      .createTable('custom_role')
      .addColumn('workspace', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('permissions', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('updated_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('custom_role_pk', ['workspace', 'name'])
      .execute()
  },
}
