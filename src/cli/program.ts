import { Command, CommanderError } from 'commander'
import { version } from '../lib/version.ts'
import { addAccess } from './access.ts'
import { addAudit } from './audit.ts'
import { addBackup } from './backup.ts'
import { addData } from './data.ts'
import { addDuties } from './duties.ts'
import { addEnvironments } from './environments.ts'
import { addEvaluation } from './evaluation.ts'
import { CliError, exitCodes } from './exit.ts'
import { addExplain } from './explain.ts'
import { addGate } from './gate.ts'
import { addHolds } from './holds.ts'
import { addImport } from './import.ts'
import { addLogin } from './login.ts'
import { addPeople } from './people.ts'
import { addPolicy } from './policy.ts'
import { addPurge } from './purge.ts'
import { addRetention } from './retention.ts'
import { addReviews } from './reviews.ts'
import { addRoles } from './roles.ts'
import { addScan } from './scan.ts'
import { addSeats } from './seats.ts'
import { addSecondFactors } from './second-factors.ts'
import { addServe } from './serve.ts'
import { addStorage } from './storage.ts'
import { addTokens } from './tokens.ts'
import { addWorkspaces } from './workspaces.ts'

/** Every command, its arguments and its options. */
export function createProgram(): Command {
  const program = new Command('modelkeep')
    .description(
      'Model governance: a registry in which every approval is a signed statement, and a gate that pipelines ask',
    )
    .version(version)
    .option('--workspace <name>', 'the workspace that the command is about (default: MODELKEEP_WORKSPACE, or main)')
    .hook('preAction', (command) => {
      const { workspace } = command.opts<{ workspace?: string }>()
      if (workspace !== undefined) process.env.MODELKEEP_WORKSPACE = workspace
    })
    .showHelpAfterError()
    .exitOverride()
  for (const add of [
    addServe,
    addImport,
    addLogin,
    addGate,
    addEnvironments,
    addReviews,
    addData,
    addEvaluation,
    addExplain,
    addPolicy,
    addScan,
    addAudit,
    addBackup,
    addPeople,
    addRoles,
    addDuties,
    addSeats,
    addAccess,
    addTokens,
    addSecondFactors,
    addPurge,
    addRetention,
    addHolds,
    addStorage,
    addWorkspaces,
  ])
    add(program)
  return program
}

/** Runs one command and gives its exit status. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = createProgram()
  process.exitCode = exitCodes.allowed
  try {
    await program.parseAsync([...argv])
    return Number(process.exitCode)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.error
    if (error instanceof CliError) {
      process.stderr.write(`modelkeep: ${error.message}\n`)
      return error.status
    }
    const isKnown = error instanceof Error && (error.name === 'KeyFileError' || error.name === 'AppError')
    process.stderr.write(
      isKnown ? `modelkeep: ${error.message}\n` : `modelkeep: ${error instanceof Error ? error.stack : error}\n`,
    )
    return exitCodes.error
  }
}
