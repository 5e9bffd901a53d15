import { readdirSync } from 'node:fs'
import { cp, rm, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OutputChunk, type OutputOptions, rolldown } from 'rolldown'
import { makeFreshFile } from '../src/db/migrated.ts'
import { external, programs } from './programs.ts'

/**
 * The server and its command line in a few files, so that starting does not resolve a thousand modules one by one. What is
 * native, or loaded only when it is needed, stays where npm put it. Programs of their own are entries of their own.
 * `dist/server` has a part for each command; `dist/serve` has in one part what a server reads before it answers, and in another
 * what it reads when another area is first asked.
 */
const input = { main: 'src/main.ts', ...programs }

const starters = 'modules/policy/starters'

const { chunks, write } = await open('server')
const entry = sourceOf('main.ts')
const loaded = loadedWith(['cli/program.ts', 'cli/serve.ts', 'app.ts', 'setup.ts'])
const asked = loadedWith(['api-area.ts', 'mlflow3-areas.ts'])
await write({})
const serving = await open('serve')
await serving.write({
  codeSplitting: {
    groups: [
      { name: 'serve', test: (id) => loaded.has(id), priority: 2 },
      { name: 'api', test: (id) => asked.has(id), priority: 1 },
    ],
  },
  // Names stay as they are; lines are found with --enable-source-maps.
  minify: { compress: false, mangle: false, codegen: true },
  sourcemap: true,
})
const sources = chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => id.startsWith(sourceOf('')))
const others = readdirSync(sourceOf(starters)).map((name) => sourceOf(`${starters}/${name}`))
const root = fileURLToPath(new URL('..', import.meta.url))
await writeFile(
  new URL('../dist/server/.built', import.meta.url),
  [...new Set([...sources, ...others])].map((path) => relative(root, path)).join('\n'),
)

/** One bundle below `dist`, with the files beside it that its programs look for. */
async function open(name: 'server' | 'serve') {
  const folder = new URL(`../dist/${name}/`, import.meta.url)
  await rm(folder, { recursive: true, force: true })
  const bundle = await rolldown({
    input,
    platform: 'node',
    external,
    // Sources do nothing when they are read, so that a part of a module is loaded without its others.
    treeshake: { moduleSideEffects: (id) => !id.includes('/src/') },
  })
  const { output } = await bundle.generate({ format: 'es' })

  async function write(options: OutputOptions) {
    await bundle.write({ dir: fileURLToPath(folder), format: 'es', chunkFileNames: '[name]-[hash].js', ...options })
    await bundle.close()
    await cp(sourceOf(starters), new URL('starters', folder), { recursive: true })
    for (const kind of ['system', 'workspace'] as const)
      await makeFreshFile(kind, fileURLToPath(new URL('fresh', folder)))
  }

  return { chunks: output.filter((each) => each.type === 'chunk'), write }
}

/** Every source that is read when these are. */
function loadedWith(paths: readonly string[]): ReadonlySet<string> {
  const left = paths.flatMap((path) => chunks.filter(({ moduleIds }) => moduleIds.includes(sourceOf(path))))
  const seen = new Set<OutputChunk>()
  for (const chunk of left) {
    if (seen.has(chunk)) continue
    seen.add(chunk)
    left.push(...chunks.filter(({ fileName }) => chunk.imports.includes(fileName)))
  }
  return new Set([...seen].flatMap(({ moduleIds }) => moduleIds).filter((id) => id !== entry))
}

function sourceOf(path: string): string {
  return fileURLToPath(new URL(`../src/${path}`, import.meta.url))
}
