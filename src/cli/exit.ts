/** The gate's answers as exit statuses; everything that went wrong is 2. */
export const exitCodes = { allowed: 0, error: 2, denied: 3, waived: 4 } as const

/** Ends the command with a status and a sentence for the person who ran it. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly status: number

  constructor(message: string, status: number = exitCodes.error) {
    super(message)
    this.status = status
  }
}
