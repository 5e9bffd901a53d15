import type { CompiledQuery } from 'kysely'
import type { Db } from './database.ts'

type Value = string | number | null

/** Stands for an argument while a query is built. */
class Hole {
  readonly index: number

  constructor(index: number) {
    this.index = index
  }
}

type Made<Row> = { readonly query: CompiledQuery<Row>; readonly parameters: readonly unknown[] }

/**
 * A query whose text is made once for each engine and from then on only takes its arguments, for what is read with every
 * question. `build` sees stand-ins for the arguments: it passes them on as values and does not look at them.
 */
export function prepared<Args extends readonly Value[], Row>(
  build: (db: Db, ...args: Args) => { compile(): CompiledQuery<Row> },
): (db: Db, ...args: Args) => Promise<Row[]> {
  const made = new Map<unknown, Made<Row>>()

  function make(db: Db, count: number): Made<Row> {
    const holes = Array.from({ length: count }, (_, index) => new Hole(index))
    const query = build(db, ...(holes as unknown as Args)).compile()
    return { query, parameters: query.parameters }
  }

  return async (db, ...args) => {
    const engine = db.getExecutor().adapter.constructor
    const known = made.get(engine) ?? make(db, args.length)
    made.set(engine, known)
    const parameters = known.parameters.map((each) => (each instanceof Hole ? args[each.index] : each))
    const query: CompiledQuery<Row> = { ...known.query, parameters }
    return (await db.executeQuery(query)).rows
  }
}

/** The same for a list: the text for one value is made once, since most questions are about one thing. */
export function preparedForOne<Row>(
  build: (db: Db, values: readonly string[]) => { compile(): CompiledQuery<Row>; execute(): Promise<Row[]> },
): (db: Db, values: readonly string[]) => Promise<Row[]> {
  const ofOne = prepared((db, value: string) => build(db, [value]))
  return (db, values) => {
    const [only] = values
    return only !== undefined && values.length === 1 ? ofOne(db, only) : build(db, values).execute()
  }
}
