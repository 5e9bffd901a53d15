import { cp, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type OutputChunk, type OutputOptions, rolldown } from 'rolldown'
import { makeFreshFile } from '../src/db/migrated.ts'
import { external, programs } from './programs.ts'

/**
 * The server and its command line in a few files, so that starting does not resolve a thousand modules one by one. What is
 * native, or loaded only when it is needed, stays where npm put it. Programs of their own are entries of their own.
 * `dist/server` has a part for each command; `dist/serve` has in one part what a server reads before it answers.
 */
const input = { main: 'src/main.ts', ...programs }

const { chunks, write } = await open('server')
const loaded = loadedToServe(chunks)
await write({})
const serving = await open('serve')
await serving.write({
  codeSplitting: { groups: [{ name: 'serve', test: (id) => loaded.has(id) }] },
  // Names stay as they are; lines are found with --enable-source-maps.
  minify: { compress: false, mangle: false, codegen: true },
  sourcemap: true,
})
await writeFile(new URL('../dist/server/.built', import.meta.url), '')

/** One bundle below `dist`, with the files beside it that its programs look for. */
async function open(name: 'server' | 'serve') {
  const folder = new URL(`../dist/${name}/`, import.meta.url)
  await rm(folder, { recursive: true, force: true })
  const bundle = await rolldown({ input, platform: 'node', external })
  const { output } = await bundle.generate({ format: 'es' })

  async function write(options: OutputOptions) {
    await bundle.write({ dir: fileURLToPath(folder), format: 'es', chunkFileNames: '[name]-[hash].js', ...options })
    await bundle.close()
    await cp('src/modules/policy/starters', new URL('starters', folder), { recursive: true })
    for (const kind of ['system', 'workspace'] as const)
      await makeFreshFile(kind, fileURLToPath(new URL('fresh', folder)))
  }

  return { chunks: output.filter((each) => each.type === 'chunk'), write }
}

/** Every source that is read before a server answers. */
function loadedToServe(chunks: readonly OutputChunk[]): ReadonlySet<string> {
  const first = ['cli/program.ts', 'cli/serve.ts', 'app.ts', 'setup.ts'].map((path) =>
    fileURLToPath(new URL(`../src/${path}`, import.meta.url)),
  )
  const left = chunks.filter(({ moduleIds }) => first.some((id) => moduleIds.includes(id)))
  const seen = new Set<OutputChunk>()
  for (const chunk of left) {
    if (seen.has(chunk)) continue
    seen.add(chunk)
    left.push(...chunks.filter(({ fileName }) => chunk.imports.includes(fileName)))
  }
  const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  return new Set([...seen].flatMap(({ moduleIds }) => moduleIds).filter((id) => id !== entry))
}
