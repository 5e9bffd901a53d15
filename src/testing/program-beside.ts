import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Where `scripts/programs.ts` writes the programs before the tests begin. */
export const programsFolder = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'programs')

/**
 * In tests, in place of the file of this name in `lib`: the programs as bundles of the sources, which start in a quarter of
 * the processor's time, and hundreds are started.
 */
export function programBeside(_: string, name: string): URL {
  return pathToFileURL(join(programsFolder, `${name}.js`))
}
