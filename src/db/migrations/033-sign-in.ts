import type { Migration } from '../migrate.ts'

/** In the system database: providers' identities, second factors, and what sessions say of themselves. */
export const signIn: Migration = {
  name: '033-sign-in',
  async up(db) {
    await db.schema.alterTable('person_grant').addColumn('source', 'text').execute()
    // Sessions last half a day; those of before know nothing of how they were opened, so their owners sign in again.
    await db.schema.dropTable('session').execute()
    await db.schema
      .createTable('session')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('public_id', 'text', (c) => c.notNull().unique())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('csrf', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('seen_at', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'text', (c) => c.notNull())
      .addColumn('method', 'text', (c) => c.notNull())
      .addColumn('agent', 'text', (c) => c.notNull())
      .addColumn('provider', 'text')
      .addColumn('pending', 'text')
      .execute()
    await db.schema.createIndex('session_person').on('session').column('person_id').execute()
    await db.schema
      .createTable('identity')
      .addColumn('issuer', 'text', (c) => c.notNull())
      .addColumn('subject', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('identity_pk', ['issuer', 'subject'])
      .execute()
    await db.schema.createIndex('identity_person').on('identity').column('person_id').execute()
    await db.schema
      .createTable('sign_in_step')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text')
      .addColumn('data', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('sign_in_step_expires').on('sign_in_step').column('expires_at').execute()
    await db.schema
      .createTable('totp')
      .addColumn('person_id', 'text', (c) => c.primaryKey().references('person.id'))
      .addColumn('secret', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('confirmed_at', 'text')
      .addColumn('last_step', 'integer', (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('recovery_code')
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('hash', 'text', (c) => c.notNull())
      .addColumn('used_at', 'text')
      .addPrimaryKeyConstraint('recovery_code_pk', ['person_id', 'hash'])
      .execute()
    await db.schema
      .createTable('passkey')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('credential', 'text', (c) => c.notNull().unique())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('public_key', 'text', (c) => c.notNull())
      .addColumn('counter', 'bigint', (c) => c.notNull())
      .addColumn('transports', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('last_used_at', 'text')
      .addColumn('suspended_at', 'text')
      .execute()
    await db.schema.createIndex('passkey_person').on('passkey').column('person_id').execute()
    await db.schema
      .createTable('second_factor_rule')
      .addColumn('workspace', 'text', (c) => c.notNull())
      // The empty text stands for every role.
      .addColumn('role', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('second_factor_rule_pk', ['workspace', 'role'])
      .execute()
  },
}
