export { runColumns, runDecision, runExamination } from './run.ts'
export type {
  ColumnFacts,
  Endpoint,
  ExaminationLimits,
  ExaminationTask,
  Finding,
  ModelFile,
  Phase,
  TableFile,
} from './task.ts'
