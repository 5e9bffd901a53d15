import type { Cli } from './cli.ts'
import type { Mlflow } from './mlflow.ts'
import type { Accounts } from './people.ts'

export const modelName = 'wage-screening'
export const experimentName = 'wage-screening'
export const evaluationDataset = 'cps-1985-evaluation'
export const trainingDataset = 'cps-1985-training'

/** What the steps share. Everything that lasts is on the server; this is only the way to it. */
export type Story = {
  url: string
  folder: string
  accounts: Accounts
  as: { admin: Cli; developer: Cli; validator: Cli; auditor: Cli }
  mlflow: Mlflow
  /** A read of the server's own API as the developer. */
  read<T>(path: string): Promise<T>
  digests: { training: string; evaluation: string }
}
