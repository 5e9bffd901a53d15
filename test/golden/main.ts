import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { areas } from './areas.ts'
import { readGolden } from './cases.ts'
import { type Area, outcomeOf } from './outcome.ts'

/**
 * Checks every golden case of the areas that the product computes, and prints for each area what passed, what failed and
 * what does not apply, with the reasons. Takes a folder of the same format; exits 1 when a case fails.
 */
const folder = process.argv[2] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'golden')
if (!existsSync(folder)) {
  process.stderr.write(`There is no folder ${folder}; name one: npm run golden -- DIR\n`)
  process.exit(2)
}

const print = (text: string) => process.stdout.write(`${text}\n`)
type Tally = { passed: number; failed: number; notApplicable: Map<string, number>; apart: Map<string, number> }
const tallies = new Map<string, Tally>()
const unknown = new Map<string, number>()
const add = (map: Map<string, number>, key: string, by = 1) => map.set(key, (map.get(key) ?? 0) + by)

const wanted = new Set(process.argv.slice(3))

for (const file of readGolden(folder)) {
  if (wanted.size > 0 && !wanted.has(file.area)) continue
  const area: Area | undefined = areas.find(({ name }) => name === file.area)
  if (!area) {
    add(unknown, file.area, file.cases.length)
    continue
  }
  const tally = tallies.get(area.name) ?? { passed: 0, failed: 0, notApplicable: new Map(), apart: new Map() }
  tallies.set(area.name, tally)
  for (const each of file.cases) {
    const outcome = await outcomeOf(area, each, file)
    switch (outcome.kind) {
      case 'passed':
        tally.passed++
        for (const { reason } of outcome.apart) add(tally.apart, reason)
        break
      case 'failed':
        tally.failed++
        print(`failed  ${file.area}/${file.name} ${each.id}`)
        for (const line of outcome.wrong.slice(0, 8)) print(`        ${line}`)
        if (outcome.wrong.length > 8) print(`        and ${outcome.wrong.length - 8} more`)
        break
      case 'not_applicable':
        add(tally.notApplicable, outcome.reason)
        break
    }
  }
}

const sum = (of: (tally: Tally) => number) => [...tallies.values()].reduce((total, tally) => total + of(tally), 0)
const count = (map: Map<string, number>) => [...map.values()].reduce((total, each) => total + each, 0)
print('')
for (const [name, tally] of tallies) {
  print(`${name}: ${tally.passed} passed, ${tally.failed} failed, ${count(tally.notApplicable)} not applicable`)
  for (const [reason, times] of tally.notApplicable) print(`  not applicable, ${times}: ${reason}`)
  for (const [reason, times] of tally.apart) print(`  values by another definition, ${times}: ${reason}`)
}
for (const [name, times] of unknown) print(`${name}: ${times} cases of an area that is not computed`)
print(
  `\n${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed, ${sum((t) => count(t.notApplicable))} not applicable`,
)
process.exitCode = sum(({ failed }) => failed) > 0 ? 1 : 0
