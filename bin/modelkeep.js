#!/usr/bin/env node
// Starts the command line. In a checkout the sources run as they are, or as the bundle that was made of them where none has
// changed since; on the Node that the project installs when the system's is older than what they need. An installed package
// runs the emitted JavaScript.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const oldest = 24
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const source = at('src/main.ts')
const ownNode = at('node_modules/node/bin/node')
const isNew = Number(process.versions.node.split('.')[0]) >= oldest

if (isNew) {
  await import(new URL(`../${program()}`, import.meta.url).href)
} else if (existsSync(source) && existsSync(ownNode)) {
  const { status } = spawnSync(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  process.exitCode = status ?? 2
} else {
  process.stderr.write(
    `modelkeep needs Node ${oldest} or newer; this is ${process.version}. In a checkout, run npm install first.\n`,
  )
  process.exitCode = 2
}

function program() {
  if (!existsSync(source)) return 'dist/main.js'
  if (!isFresh()) return 'src/main.ts'
  return process.argv[2] === 'serve' ? 'dist/serve/main.js' : 'dist/server/main.js'
}

/** True when no source of the bundle, and not the list of packages, is younger than it. */
function isFresh() {
  try {
    const built = at('dist/server/.built')
    const { mtimeMs } = statSync(built)
    const sources = readFileSync(built, 'utf8').split('\n')
    const root = at('')
    return ['package-lock.json', ...sources].every((path) => statSync(root + path).mtimeMs <= mtimeMs)
  } catch {
    return false
  }
}
