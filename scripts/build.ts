import { spawnSync } from 'node:child_process'
import { cp } from 'node:fs/promises'
import { extname } from 'node:path'

/** What a published package carries: emitted JavaScript, the data files beside it, and the built web application. */
function run(args: string[]) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}

run(['node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn'])
run(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'])
await cp('src', 'dist', {
  recursive: true,
  filter: (path) => extname(path) !== '.ts' && !path.startsWith('src/testing'),
})
