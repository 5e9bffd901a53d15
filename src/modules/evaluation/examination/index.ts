export { runExamination } from './run.ts'
export type { ExaminationLimits, ExaminationTask, Finding, Phase } from './task.ts'
