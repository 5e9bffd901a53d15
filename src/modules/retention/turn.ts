/** Another server has taken this turn: thrown inside the write that would have done the work, so that it is undone. */
export class NotMine extends Error {}

/** For `catch`: a turn that was lost is no failure. */
export function unlessNotMine(error: unknown): void {
  if (!(error instanceof NotMine)) throw error
}
