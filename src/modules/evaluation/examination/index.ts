export { runColumns, runDecision, runExamination, runRow, runWeights } from './run.ts'
export type {
  ColumnFacts,
  Endpoint,
  ExaminationLimits,
  ExaminationTask,
  Finding,
  ModelFile,
  Phase,
  RowWeights,
  TableFile,
} from './task.ts'
