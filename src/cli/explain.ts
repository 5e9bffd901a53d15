import type { Command } from 'commander'
import { DecisionExplanation } from '../modules/evaluation/schema.ts'
import { connectClient, parseModelVersion, versionPath } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson } from './output.ts'

const mostReasons = 10

export function addExplain(program: Command) {
  program
    .command('explain <model@version>')
    .description('why one row got its prediction, and what would change it; the trail says who asked')
    .option('--dataset <digest>', 'sha256:… of the stored dataset version that has the row')
    .option('--id <value>', 'the row by the value of a column')
    .option('--column <name>', 'that column (default: the protocol’s id)')
    .option('--row <number>', 'the row by its number, from 0')
    .option('--reasons', 'reason codes only, from evidence where it keeps them')
    .option('--anew', 'compute it even where evidence keeps the answer')
    .option('--json', 'print JSON')
    .action(explain)
}

type Options = {
  dataset?: string
  id?: string
  column?: string
  row?: string
  reasons?: boolean
  anew?: boolean
  json?: boolean
}

async function explain(text: string, { dataset, id, column, row, reasons: only, anew, json }: Options) {
  if ((id === undefined) === (row === undefined)) throw new CliError('say which row: --id or --row')
  if (row !== undefined && !/^[0-9]{1,12}$/.test(row)) throw new CliError('--row is a number from 0')
  const client = await connectClient()
  const found = await client.post(`${versionPath(parseModelVersion(text))}/explain`, DecisionExplanation, {
    ...(dataset === undefined ? {} : { dataset }),
    ...(only || dataset === undefined ? { kinds: ['reasons'] } : {}),
    ...(anew ? { anew } : {}),
    ...(row === undefined ? { id } : { row: Number(row) }),
    ...(column === undefined ? {} : { column }),
  })
  if (json) return printJson(found)
  const { prediction, explains, favourable, reasons, counterfactuals } = found.result
  const outcome = favourable === null ? '' : favourable ? ', favourable' : ', not favourable'
  print(`Row ${found.result.row}: ${explains} is ${short(prediction)}${outcome}.`)
  if (reasons) {
    print(`\nFrom ${short(reasons.base)}, the average over ${reasons.background} rows:`)
    for (const { contribution, sentence } of reasons.codes.slice(0, mostReasons)) {
      print(`  ${contribution >= 0 ? '+' : '−'}${short(Math.abs(contribution)).padEnd(10)} ${sentence}`)
    }
  }
  if (found.evidence) print(`\nKept with ${found.evidence}. The trail says that you asked.`)
  if (counterfactuals) {
    print(
      counterfactuals.length === 0
        ? '\nNothing within reach changes the decision.'
        : '\nIt would be decided otherwise:',
    )
    for (const { sentence } of counterfactuals) print(`  ${sentence}.`)
  }
}

const short = (value: number) => String(Number(value.toPrecision(4)))
