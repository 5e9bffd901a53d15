/** Ends the reading of a file; caught where the reading began and returned as an outcome. Its message is about the file. */
export class Unreadable extends Error {}

/** Text that every store and signature can hold: whole characters, and no NUL, which PostgreSQL refuses. */
export function storable(text: string): string {
  if (!text.isWellFormed() || text.includes('\0')) throw new Unreadable('a text has characters that cannot be stored')
  return text
}
