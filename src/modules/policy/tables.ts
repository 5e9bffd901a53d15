export type PolicyTables = Record<never, never>
