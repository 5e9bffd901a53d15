export type EvaluationTables = Record<never, never>
