import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/**
 * Asks the npm registry for known weaknesses in what the product runs on, and checks what makes an installation repeatable: exact
 * versions, digests in the lock file, and install scripts only where they are named.
 */
const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/
const Package = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
})
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
})

/** What is wrong with how packages are pinned. */
export function pinProblems(): string[] {
  const named = Package.parse(JSON.parse(readFileSync('package.json', 'utf8')))
  const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
  const all = { ...named.dependencies, ...named.devDependencies, ...named.optionalDependencies }
  return [
    ...Object.entries(all).flatMap(([name, version]) =>
      exact.test(version) ? [] : [`${name} is not pinned: ${version}`],
    ),
    ...Object.entries(packages).flatMap(([path, { integrity, hasInstallScript, link }]) => {
      if (path === '' || link) return []
      const name = path.slice(path.lastIndexOf('node_modules/') + 13)
      return [
        ...(integrity ? [] : [`${name} has no digest in the lock file`]),
        ...(hasInstallScript && named.allowScripts[name] === undefined
          ? [`${name} has an install script that is not named`]
          : []),
      ]
    }),
  ]
}

if (import.meta.main) {
  const problems = pinProblems()
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  const { status } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=moderate'], { stdio: 'inherit' })
  process.exit(problems.length > 0 ? 1 : (status ?? 1))
}
