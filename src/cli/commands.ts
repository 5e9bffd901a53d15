import type { Command } from 'commander'

type CommandGroup = {
  /** The words that it adds to `modelkeep`. */
  readonly names: readonly string[]
  load(): Promise<(program: Command) => void>
}

/** Every group of commands, in the order of the help. A group is loaded when one of its commands is given. */
export const commandGroups: readonly CommandGroup[] = [
  { names: ['serve', 'migrate', 'reset-password'], load: async () => (await import('./serve.ts')).addServe },
  { names: ['import'], load: async () => (await import('./import.ts')).addImport },
  { names: ['login', 'keys'], load: async () => (await import('./login.ts')).addLogin },
  { names: ['gate', 'alias', 'deployed'], load: async () => (await import('./gate.ts')).addGate },
  { names: ['verdict'], load: async () => (await import('./verdicts.ts')).addVerdicts },
  { names: ['environment'], load: async () => (await import('./environments.ts')).addEnvironments },
  { names: ['challenge'], load: async () => (await import('./challenges.ts')).addChallenges },
  { names: ['break-glass'], load: async () => (await import('./break-glass.ts')).addBreakGlass },
  { names: ['review', 'decision'], load: async () => (await import('./reviews.ts')).addReviews },
  { names: ['waiver'], load: async () => (await import('./waivers.ts')).addWaivers },
  { names: ['validation'], load: async () => (await import('./validation.ts')).addValidation },
  { names: ['work', 'calendar'], load: async () => (await import('./work.ts')).addWork },
  { names: ['notices'], load: async () => (await import('./notices.ts')).addNotices },
  { names: ['finding'], load: async () => (await import('./findings.ts')).addFindings },
  { names: ['system'], load: async () => (await import('./systems.ts')).addSystems },
  { names: ['model', 'dataset'], load: async () => (await import('./data.ts')).addData },
  { names: ['protocol', 'evaluate', 'evidence'], load: async () => (await import('./evaluation.ts')).addEvaluation },
  { names: ['explain'], load: async () => (await import('./explain.ts')).addExplain },
  { names: ['policy'], load: async () => (await import('./policy.ts')).addPolicy },
  { names: ['scan'], load: async () => (await import('./scan.ts')).addScan },
  { names: ['audit'], load: async () => (await import('./audit.ts')).addAudit },
  { names: ['backup'], load: async () => (await import('./backup.ts')).addBackup },
  { names: ['connection'], load: async () => (await import('./connections.ts')).addConnections },
  { names: ['person'], load: async () => (await import('./people.ts')).addPeople },
  { names: ['role'], load: async () => (await import('./roles.ts')).addRoles },
  { names: ['duty'], load: async () => (await import('./duties.ts')).addDuties },
  { names: ['seat'], load: async () => (await import('./seats.ts')).addSeats },
  { names: ['access'], load: async () => (await import('./access.ts')).addAccess },
  { names: ['key'], load: async () => (await import('./personal-keys.ts')).addPersonalKeys },
  { names: ['token'], load: async () => (await import('./tokens.ts')).addTokens },
  { names: ['person', 'second-factor'], load: async () => (await import('./second-factors.ts')).addSecondFactors },
  { names: ['purge'], load: async () => (await import('./purge.ts')).addPurge },
  { names: ['retention'], load: async () => (await import('./retention.ts')).addRetention },
  { names: ['hold'], load: async () => (await import('./holds.ts')).addHolds },
  { names: ['storage'], load: async () => (await import('./storage.ts')).addStorage },
  { names: ['workspace'], load: async () => (await import('./workspaces.ts')).addWorkspaces },
]
