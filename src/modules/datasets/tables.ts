export type DatasetTables = Record<never, never>
