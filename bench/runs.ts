import type { BenchEngine } from './engine.ts'

/**
 * SQL that makes the runs `from` up to `to`, with three metrics, two parameters and a tag each. Their values are spread evenly over 0
 * to 1 and are the same for the same run.
 */
export function runStatements(engine: BenchEngine, experiment: string, from: number, to: number): string[] {
  const numbers = `with recursive n(i) as (select ${from} union all select i + 1 from n where i + 1 < ${to})`
  const id = engine === 'sqlite' ? `printf('%032x', i)` : `lpad(to_hex(i), 32, '0')`
  const text = (value: string) => `cast(${value} as text)`
  // Neighbours differ: a prime modulus, and a factor of its own for each metric.
  const noise = (factor: number) => `((cast(i as bigint) * ${factor}) % 1000003) / 1000003.0`
  const metric = (key: string, offset: number, factor: number) => `
    insert into metric_latest (run_id, key, series, experiment_id, value, is_nan, step, timestamp)
    ${numbers} select ${id}, '${key}', 1000000 + cast(i as bigint) * 3 + ${offset}, '${experiment}', ${noise(factor)}, 0, 1, 1 from n`
  const named = (table: string, key: string, value: string) => `
    insert into ${table} (run_id, key, head, value) ${numbers} select ${id}, '${key}', ${value}, ${value} from n`
  return [
    `insert into run (id, experiment_id, name, status, user_name, start_time, artifact_uri, lifecycle_stage, created_by)
     ${numbers} select ${id}, '${experiment}', 'run ' || ${text('i')}, 'FINISHED', '', i, 'x:/', 'active', 'server' from n`,
    metric('acc', 0, 48_271),
    metric('loss', 1, 69_621),
    metric('time', 2, 16_807),
    named('run_param', 'lr', text('i % 10')),
    named('run_param', 'seed', text('i')),
    named('run_tag', 'mlflow.runName', `'run ' || ${text('i')}`),
  ]
}
