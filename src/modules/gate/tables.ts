export type GateTables = Record<never, never>
