/**
 * The file of a program that runs in a process or thread of its own and lies beside the module with this address. It has that
 * module's ending: sources run as they are, the published package as JavaScript.
 */
export function programBeside(moduleUrl: string, name: string): URL {
  return new URL(`./${name}.${moduleUrl.endsWith('.ts') ? 'ts' : 'js'}`, moduleUrl)
}
