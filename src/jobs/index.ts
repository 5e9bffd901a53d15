export { createJobs, type Jobs, type JobsOptions } from './jobs.ts'
export { type JobHandler, NotNow, type RunningJob } from './run.ts'
export { hasUnfinishedJobs } from './store.ts'
export { isDead, newWorkerName } from './worker-name.ts'
