import type { parse } from '@bufbuild/cel'
import { onDemand } from '../../lib/on-demand.ts'
import type { ExpressionContext } from './expression-context.ts'
import { survey } from './expression-shape.ts'

const mostNodes = 800
const mostLoops = 2
/** Steps that one evaluation may need in the worst case: some tens of milliseconds. */
const mostSteps = 2_000_000
/** Compiled expressions kept; the source text is the key, so that nothing goes stale. */
const mostCompiled = 2_000

export type ExpressionResult = { outcome: 'true' } | { outcome: 'false' } | { outcome: 'error'; message: string }
export type Compiled =
  | { outcome: 'compiled'; kinds: readonly string[]; run: (context: ExpressionContext) => ExpressionResult }
  | { outcome: 'refused'; message: string }

const compiled = new Map<string, Compiled>()

const cel = onDemand<typeof import('@bufbuild/cel')>('@bufbuild/cel')

/** Parses and plans an expression once. What it may cost is bounded by its size, its loops and the lists it meets. */
export function compile(source: string): Compiled {
  const known = compiled.get(source)
  if (known) return known
  const made = build(source)
  if (compiled.size >= mostCompiled) {
    const [oldest] = compiled.keys()
    if (oldest !== undefined) compiled.delete(oldest)
  }
  compiled.set(source, made)
  return made
}

function build(source: string): Compiled {
  const parsed = parsedOf(source)
  if (typeof parsed === 'string') return { outcome: 'refused', message: parsed }
  const { nodes, loops, additions, problems, kinds } = survey(parsed.expr)
  if (nodes > mostNodes)
    return { outcome: 'refused', message: `the expression has ${nodes} parts, at most ${mostNodes}` }
  if (loops > mostLoops) return { outcome: 'refused', message: `loops are nested ${loops} deep, at most ${mostLoops}` }
  const [problem] = problems
  if (problem !== undefined) return { outcome: 'refused', message: problem }

  const evaluate = cel().plan(cel().celEnv(), parsed)
  return {
    outcome: 'compiled',
    kinds: [...kinds],
    run({ bindings, longest }) {
      const steps = nodes * ((longest + nodes) * (1 + additions)) ** loops
      if (steps > mostSteps) return { outcome: 'error', message: 'the lists are too long for the loops in it' }
      const result = guarded(() => evaluate(bindings))
      if (typeof result === 'boolean') return { outcome: result ? 'true' : 'false' }
      return { outcome: 'error', message: errorText(result) }
    },
  }
}

function parsedOf(source: string): ReturnType<typeof parse> | string {
  try {
    return cel().parse(source)
  } catch (error) {
    return error instanceof Error
      ? `the expression cannot be read: ${error.message.replace('<input>:', '')}`
      : 'unreadable'
  }
}

/** The planner answers with errors as values; what it throws, a stack that is too deep for instance, is one of them too. */
function guarded(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

function errorText(result: unknown): string {
  if (cel().isCelError(result) || result instanceof Error) return result.message
  return 'it gives no true or false'
}
