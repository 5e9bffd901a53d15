import type { Migration } from '../migrate.ts'

export const evaluationFindings: Migration = {
  name: '032-evaluation-findings',
  async up(db) {
    // Kinds of an evaluation that are finished while others are not, as JSON; gone when it ends.
    await db.schema
      .createTable('evaluation_finding')
      .addColumn('evaluation_id', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('finding', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('evaluation_finding_pk', ['evaluation_id', 'kind'])
      .execute()
    // Reason codes of single decisions. They lie beside the evidence, whose result has their digest.
    await db.schema
      .createTable('evidence_decision')
      .addColumn('evidence_id', 'text', (c) => c.notNull())
      .addColumn('decision', 'text', (c) => c.notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('evidence_decision_pk', ['evidence_id', 'decision'])
      .execute()
  },
}
