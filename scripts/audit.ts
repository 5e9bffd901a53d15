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

const Via = z.union([z.string(), z.object({ title: z.string(), url: z.string().optional() })])
const Audited = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string(), via: z.array(Via) })),
})
const Refused = z.object({ message: z.string() })

export type Audit = { outcome: 'checked'; weaknesses: string[] } | { outcome: 'unchecked'; why: string }

/** What `npm audit --json` said. A registry that offers no audits has found nothing out, which is not the same as finding nothing. */
export function readAudit(text: string): Audit {
  const said = parsed(text)
  const audited = Audited.safeParse(said)
  if (!audited.success) {
    const why = Refused.safeParse(said).data?.message ?? 'npm audit gave no answer that can be read'
    return { outcome: 'unchecked', why }
  }
  const weaknesses = Object.entries(audited.data.vulnerabilities).flatMap(([name, { severity, range, via }]) => {
    if (severity === 'info' || severity === 'low') return []
    const titles = via.map((each) =>
      typeof each === 'string' ? `through ${each}` : `${each.title} ${each.url ?? ''}`.trim(),
    )
    return [`${name} ${range}, ${severity}: ${titles.join('; ')}`]
  })
  return { outcome: 'checked', weaknesses }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  const problems = pinProblems()
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' })
  const audit = readAudit(stdout ?? '')
  switch (audit.outcome) {
    case 'unchecked':
      process.stderr.write(
        `Nothing was checked for known weaknesses: the registry does not answer audits (${audit.why}). Ask one that does: npm_config_registry=https://… npm run audit:packages\n`,
      )
      break
    case 'checked':
      for (const weakness of audit.weaknesses) process.stdout.write(`${weakness}\n`)
      process.stdout.write(
        `${audit.weaknesses.length} of the packages have known weaknesses of at least moderate severity.\n`,
      )
  }
  process.exitCode = problems.length === 0 && audit.outcome === 'checked' && audit.weaknesses.length === 0 ? 0 : 1
}
