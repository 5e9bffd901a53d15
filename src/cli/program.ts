import { Command, CommanderError } from 'commander'
import { version } from '../lib/version.ts'
import { commandGroups } from './commands.ts'
import { CliError, exitCodes } from './exit.ts'

/** Every command with its arguments and options, or those of the groups that have the command `word`. */
export async function createProgram(word?: string): Promise<Command> {
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
  const groups = commandGroups.filter(({ names }) => word === undefined || names.includes(word))
  for (const add of await Promise.all(groups.map(({ load }) => load()))) add(program)
  return program
}

/** What went wrong outside of the product: its sentence says enough. */
const known = new Set(['KeyFileError', 'AppError', 'DatabaseUnreachable', 'NewerDatabase'])

/** Runs one command and gives its exit status. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = await createProgram(commandIn(argv.slice(2)))
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
    const isKnown = error instanceof Error && known.has(error.name)
    process.stderr.write(
      isKnown ? `modelkeep: ${error.message}\n` : `modelkeep: ${error instanceof Error ? error.stack : error}\n`,
    )
    return exitCodes.error
  }
}

/** The command that a line gives behind the options of the program; none where all of them are needed to answer. */
function commandIn(words: readonly string[]): string | undefined {
  const [word = '', , ...others] = words
  if (word === '--workspace') return commandIn(others)
  if (word.startsWith('--workspace=')) return commandIn(words.slice(1))
  return commandGroups.some(({ names }) => names.includes(word)) ? word : undefined
}
