export type TrackingTables = Record<never, never>
