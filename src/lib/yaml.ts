import { onDemand } from './on-demand.ts'

/** The reader of YAML. */
export const yaml = onDemand<typeof import('yaml')>('yaml')
