#!/usr/bin/env node
// Starts the command line. In a checkout the sources run as they are, on the Node that the project installs when the
// system's is older than what they need; an installed package runs the emitted JavaScript.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const oldest = 24
const source = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const emitted = new URL('../dist/main.js', import.meta.url)
const ownNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const isNew = Number(process.versions.node.split('.')[0]) >= oldest

if (isNew) {
  await import(existsSync(source) ? new URL('../src/main.ts', import.meta.url).href : emitted.href)
} else if (existsSync(source) && existsSync(ownNode)) {
  const { status } = spawnSync(ownNode, [source, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode = status ?? 2
} else {
  process.stderr.write(
    `modelkeep needs Node ${oldest} or newer; this is ${process.version}. In a checkout, run npm install first.\n`,
  )
  process.exitCode = 2
}
