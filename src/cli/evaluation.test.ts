import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { exportOnnx } from '../../demo/onnx.ts'
import { demoSeed, trainModel } from '../../demo/train.ts'
import { datasetCsv, loadWages, splitWages } from '../../demo/wages.ts'
import { testApp } from '../testing/app.ts'
import { commandsOf } from '../testing/command.ts'
import { givenExamined } from '../testing/examined.ts'

const { training, evaluation: rows } = splitWages(loadWages())
const onnx = exportOnnx(trainModel({ rows: training, mitigated: false, seed: demoSeed }))
const protocol = {
  task: 'binary',
  label: 'high_wage',
  positive: 1,
  protected: ['sex', 'ethnicity'],
  bootstrap: 0,
  id: 'case_id',
  explanation: { repeats: 2, rows: 50, background: 5, explained: 2, dependence: 0, curves: 0, decisions: 300 },
}
const withIds = datasetCsv(rows)
  .trim()
  .split('\n')
  .map((line, i) => (i === 0 ? `case_id,${line}` : `case-${i},${line}`))

async function given() {
  const app = await testApp()
  const { developer, dataset } = await givenExamined(app, { files: { 'model/model.onnx': onnx } })
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  return { cli: await commandsOf(app, developer.token), dataset, file }
}

test('a version is examined from the terminal: guessed, evaluated, listed, weighed, explained and computed again', {
  timeout: 120_000,
}, async () => {
  const { cli, dataset, file } = await given()
  const digest = await dataset(`${withIds.join('\n')}\n`)
  const guessed = await cli('protocol', 'guess', 'examined', '--dataset', digest)
  expect(guessed).toMatchObject({ status: 0, stdout: expect.stringMatching(/label\s+high_wage\s+\w+\s+/) })

  const set = await cli('protocol', 'set', 'examined', await file('protocol.json', JSON.stringify(protocol)))
  expect(set).toMatchObject({ status: 0, stdout: expect.stringContaining('examined is examined by protocol 1') })
  const kinds = 'performance,mitigation,explanation'
  const done = await cli('evaluate', 'examined@1', '--dataset', digest, '--kinds', kinds)
  expect(done.status, done.stderr).toBe(0)
  expect(done.stdout.match(/^Evidence evi_\w+$/gm)).toHaveLength(3)

  const listed = await cli('evidence', 'list', 'examined@1')
  const idOf = (kind: string) => new RegExp(`(evi_\\w+)\\s+${kind}`).exec(listed.stdout)?.[1] ?? ''
  const shown = JSON.parse((await cli('evidence', 'show', idOf('performance'))).stdout)
  expect(shown).toMatchObject({ kind: 'performance', result: { n: 267 } })
  const table = await cli('evidence', 'table', idOf('mitigation'), 'weights')
  expect(table.stdout).toMatch(/^attribute,group,label,n,weight\r\nsex,female,1,/)

  const weights = await cli('evidence', 'weights', idOf('mitigation'), '--attribute', 'sex')
  const byRow = weights.stdout
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => Number(line.split(',')[1]))
  expect(byRow).toHaveLength(rows.length)
  // Weighted, women and men have the same share of high wages.
  const [women, men] = ['female', 'male'].map((sex) => {
    const own = rows.flatMap((row, i) => (row.sex === sex ? [{ y: row.high_wage, weight: byRow[i] ?? 0 }] : []))
    return own.reduce((sum, { y, weight }) => sum + y * weight, 0) / own.reduce((sum, { weight }) => sum + weight, 0)
  })
  expect(women).toBeCloseTo(men ?? 0, 9)

  const why = await cli('explain', 'examined@1', '--id', 'case-7')
  expect(why.stdout).toMatch(/^Row 6: the probability of the favourable class is 0\.\d+, (not )?favourable\./)
  expect(why.stdout).toMatch(/education \d+ (raises|lowers) the probability/)
  expect(why.stdout).toContain(`Kept with ${idOf('explanation')}. The trail says that you asked.`)
  const again = await cli('evidence', 'reproduce', idOf('performance'))
  expect(again).toMatchObject({ status: 0, stdout: expect.stringMatching(/Identical.*computes to sha256:/) })
})

test('what cannot be done is said in one sentence, with a status that a script sees', async () => {
  const { cli, dataset, file } = await given()
  const refused = async (...args: string[]) => {
    const { status, stderr } = await cli(...args)
    expect(status, stderr).toBe(2)
    return stderr
  }
  expect(await refused('evaluate', 'examined@1')).toContain('say one of --dataset, --predictions and --artifact')
  const sheet = await file('sheet.xlsx', 'x')
  expect(await refused('evaluate', 'examined@1', '--predictions', sheet)).toContain(
    'must end in .csv, .parquet or .json',
  )
  const nonsense = await file('scores.json', '{"a":')
  expect(await refused('evaluate', 'examined@1', '--predictions', nonsense)).toContain('not a JSON table')
  const nothing = await file('nothing.csv', '')
  expect(await refused('evaluate', 'examined@1', '--predictions', nothing)).toContain('the file is empty')
  expect(await refused('protocol', 'set', 'examined', sheet)).toContain('is not an evaluation protocol')
  expect(await refused('evidence', 'show', 'evi_000000000000000000000000')).toContain('evidence')
  expect(await refused('evidence', 'list', 'examined')).toContain('is not MODEL@VERSION')
  expect(await refused('explain', 'examined@1')).toContain('say which row: --id or --row')
  const digest = await dataset(`${withIds.join('\n')}\n`)
  expect(await refused('explain', 'examined@1', '--dataset', digest, '--row', '1')).toContain('no evaluation protocol')
  // Without a terminal nobody confirms a guess.
  expect(await refused('evaluate', 'examined@1', '--dataset', digest)).toContain('--yes takes the guessed one')
})
