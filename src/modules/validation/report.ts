import { dayOf, isUnmet } from '../policy/index.ts'
import { type PlanItem, type Section, sectionNames, type TestState, type Validation } from './schema.ts'

export type Names = ReadonlyMap<string, string>
export type Block =
  | { kind: 'title' | 'heading'; text: string }
  /** Words of the server. */
  | { kind: 'sentence'; text: string }
  /** Markdown of a person, with who wrote it. */
  | { kind: 'words'; text: string; by: string }
  | { kind: 'table'; head: readonly string[]; rows: readonly (readonly string[])[] }

/** The report of a validation, in the order in which people read it. A pure function of what is given. */
export function reportOf(validation: Validation, names: Names): Block[] {
  const { model, version, environment, as_of } = validation
  const name = (id: string | null) => (id === null ? 'nobody' : id === 'server' ? 'the server' : (names.get(id) ?? id))
  return [
    { kind: 'title', text: `Validation of ${model} ${version} for ${environment}` },
    { kind: 'sentence', text: `${sumOf(validation)} Assembled from the record as it was on ${momentText(as_of)}.` },
    ...words(validation, 'conclusion', name),
    { kind: 'heading', text: 'What was validated' },
    table(['', ''], identityRows(validation, name)),
    ...words(validation, 'scope', name),
    ...words(validation, 'approach', name),
    { kind: 'heading', text: 'What the policies ask for' },
    table(
      ['Requirement', 'Policy', 'Result', 'What was found'],
      validation.plan.map((item) => [item.title, item.policy, resultOf(item), item.explanation]),
      'No policy asks for anything.',
    ),
    { kind: 'heading', text: 'Tests of the validators' },
    table(
      ['Test', 'Risk', 'How', 'Counts as passed', 'Result', 'What was seen', 'By'],
      validation.tests.map((test) => [
        test.title,
        test.risk,
        test.method,
        test.expected,
        testWords[test.state],
        [test.result ?? '', test.evidence_id ? `(evidence ${test.evidence_id})` : ''].filter(Boolean).join(' '),
        test.done_by === null
          ? `planned by ${name(test.planned_by)}`
          : `${name(test.done_by)}, ${dayOf(test.done_at ?? test.planned_at)}`,
      ]),
      'Nobody added a test to what the policies ask for.',
    ),
    { kind: 'heading', text: 'Findings' },
    table(
      ['Finding', 'Severity', 'State', 'Owner', 'Due', 'Cause', 'Plan'],
      validation.findings.map((each) => [
        `${each.title} (${each.id})`,
        each.severity,
        each.state.replace('_', ' '),
        name(each.owner),
        dayOf(each.due_at),
        each.cause,
        each.plan,
      ]),
      'Nobody opened a finding on this version or its model.',
    ),
    ...(validation.waivers.length === 0
      ? []
      : [
          { kind: 'heading' as const, text: 'Waivers' },
          table(
            ['Requirement', 'Compensating control', 'Given by', 'Until'],
            validation.waivers.map((each) => [each.requirement, each.control, name(each.given_by), dayOf(each.until)]),
          ),
        ]),
    { kind: 'heading', text: 'Decisions' },
    table(
      ['Decision', 'By', 'On', 'Reason', 'Covers what is there now'],
      validation.decisions.map((each) => [
        each.outcome.replaceAll('_', ' '),
        name(each.decided_by),
        momentText(each.decided_at),
        each.reason,
        each.covers ? 'yes' : `no: ${each.differences.join('; ')}`,
      ]),
      'Nobody has decided yet.',
    ),
    ...words(validation, 'limitations', name),
    { kind: 'heading', text: 'What it rests on' },
    table(
      ['What', 'Digest'],
      [
        ['the version’s files', validation.digest],
        ...validation.evidence.map(({ kind, method, digest }) => [`${kind} evidence, ${method}`, digest]),
        ...validation.policies.map((each) => [`policy ${each.name} ${each.version}`, each.digest]),
      ],
    ),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[], none = ''): Block {
  return rows.length === 0 ? { kind: 'sentence', text: none } : { kind: 'table', head, rows }
}

function sumOf({ counts, plan, environment }: Validation): string {
  const { passed, failed, open } = counts
  const isMet = plan.every((item) => !isUnmet(item) || item.waived)
  return `${passed} passed, ${failed} failed, ${open} still open. ${isMet ? 'Everything that the policies ask for' : 'Not everything that the policies ask for'} in ${environment} is met.`
}

function words({ texts }: Validation, section: Section, name: (id: string) => string): Block[] {
  const found = texts.find((each) => each.section === section)
  if (!found) return []
  return [
    { kind: 'heading', text: sectionNames[section] },
    { kind: 'words', text: found.text, by: `${name(found.written_by)}, ${dayOf(found.written_at)}` },
  ]
}

function identityRows(validation: Validation, name: (id: string | null) => string): string[][] {
  const { purpose, tier, owner, developers, datasets, digest, state } = validation
  return [
    ['Purpose', purpose],
    ['Tier', tier ?? 'none'],
    ['Accountable owner', name(owner)],
    ['Made by', developers.map(name).join(', ')],
    ['Data', datasets.map((each) => `${each.name} (${each.digest})`).join(', ') || 'none that the run named'],
    ['Content', digest],
    ['State', state.replaceAll('_', ' ')],
  ]
}

function resultOf({ state, waived }: PlanItem): string {
  if (waived) return 'waived'
  return { met: 'met', attention: 'met, with a note', blocked: 'not met', waiting: 'open', unknown: 'not assessed' }[
    state
  ]
}

const testWords: Record<TestState, string> = { planned: 'open', passed: 'passed', failed: 'failed', dropped: 'dropped' }

const momentText = (moment: string) => `${dayOf(moment)}, ${moment.slice(11, 16)} UTC`
