import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Rounds of a review, with its deadline, those who stand in for a reviewer, comments, notices and private notes. */
export const reviewFlow: Migration = {
  name: '056-review-flow',
  async up(db) {
    await addRounds(db)
    await db.schema
      .createTable('review_turn')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('review_id', 'text', (c) => c.notNull().references('review.id'))
      .addColumn('round', 'integer', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('said_by', 'text', (c) => c.notNull())
      .addColumn('said_at', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('requirements', 'text', (c) => c.notNull())
      .addColumn('scope_digest', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('review_turn_review').on('review_turn').columns(['review_id', 'said_at']).execute()
    await db.schema
      .createTable('review_delegation')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('review_id', 'text', (c) => c.notNull().references('review.id'))
      .addColumn('from_person', 'text', (c) => c.notNull())
      .addColumn('to_person', 'text', (c) => c.notNull())
      .addColumn('ends_at', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('given_at', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('review_delegation_review').on('review_delegation').column('review_id').execute()
    await db.schema
      .createTable('review_note')
      .addColumn('review_id', 'text', (c) => c.notNull().references('review.id'))
      .addColumn('person_id', 'text', (c) => c.notNull())
      .addColumn('requirement', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('changed_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('review_note_pk', ['review_id', 'person_id', 'requirement'])
      .execute()
    await addComments(db)
    await db.schema
      .createTable('notice')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('person_id', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('link', 'text', (c) => c.notNull())
      .addColumn('caused_by', 'text', (c) => c.notNull())
      .addColumn('told_at', 'text', (c) => c.notNull())
      .addColumn('read_at', 'text')
      .execute()
    await db.schema.createIndex('notice_person').on('notice').columns(['person_id', 'told_at', 'id']).execute()
  },
}

/** One person decides once in each round of a review. */
async function addRounds(db: Kysely<unknown>): Promise<void> {
  for (const column of ['due_at', 'remind_at', 'expires_at'] as const) {
    await db.schema.alterTable('review').addColumn(column, 'text').execute()
  }
  await db.schema
    .alterTable('review')
    .addColumn('round', 'integer', (c) => c.notNull().defaultTo(1))
    .execute()
  await db.schema.createIndex('review_state').on('review').columns(['state', 'remind_at']).execute()
  // SQLite drops no constraint from a table that there is.
  await db.schema
    .createTable('decision_of_round')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('review_id', 'text', (c) => c.notNull().references('review.id'))
    .addColumn('round', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('model_id', 'text', (c) => c.notNull())
    .addColumn('version_id', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('environment', 'text', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('decided_by', 'text', (c) => c.notNull())
    .addColumn('decided_at', 'text', (c) => c.notNull())
    .addColumn('scope_digest', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('document', 'text', (c) => c.notNull())
    .addColumn('key_id', 'text', (c) => c.notNull())
    .addColumn('signature', 'text', (c) => c.notNull())
    .addUniqueConstraint('decision_round_person', ['review_id', 'round', 'decided_by'])
    .execute()
  const columns = sql.raw(
    'id, review_id, model_id, version_id, version, environment, outcome, decided_by, decided_at, scope_digest, digest, document, key_id, signature',
  )
  await sql`insert into decision_of_round (${columns}) select ${columns} from decision`.execute(db)
  await db.schema.dropTable('decision').execute()
  await db.schema.alterTable('decision_of_round').renameTo('decision').execute()
  await db.schema.createIndex('decision_version').on('decision').columns(['version_id', 'environment']).execute()
}

/** A comment keeps every text that it ever had. */
async function addComments(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('comment')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('model_id', 'text', (c) => c.notNull())
    .addColumn('version_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('parent_id', 'text')
    .addColumn('said_by', 'text', (c) => c.notNull())
    .addColumn('said_at', 'text', (c) => c.notNull())
    .addColumn('mentions', 'text', (c) => c.notNull())
    .addColumn('retracted_at', 'text')
    .execute()
  await db.schema.createIndex('comment_version').on('comment').columns(['version_id', 'said_at', 'id']).execute()
  await db.schema
    .createTable('comment_text')
    .addColumn('comment_id', 'text', (c) => c.notNull().references('comment.id'))
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('said_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('comment_text_pk', ['comment_id', 'number'])
    .execute()
}
