import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fillMlflowDatabase, mlflowDatabase } from '../../src/testing/mlflow-database.ts'
import { cli, run, temporaryFolder } from './tools.ts'

const runs = 1_600

test('an import that is killed goes on, ends verified, and then has nothing left to do', async () => {
  const folder = await temporaryFolder()
  try {
    const source = join(folder.path, 'mlflow.db')
    const database = mlflowDatabase(source)
    fillMlflowDatabase(database, runs)
    database.close()
    const data = join(folder.path, 'data')
    const args = ['import', 'mlflow', source, '--data-dir', data]

    const first = run(['bin/modelkeep.js', ...args])
    while ((await importedRuns(data)) === 0 && first.child.exitCode === null) await wait(5)
    first.child.kill('SIGKILL')
    await first.finished
    const before = await importedRuns(data)
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(runs)

    const report = join(folder.path, 'report.json')
    const second = await cli([...args, '--report', report], {})
    expect(second.stderr).toBe('')
    expect(second).toMatchObject({ status: 0, stdout: expect.stringContaining('Verified') })
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      outcome: 'verified',
      resumed: true,
      brought: { runs, points: runs * 10 },
    })

    const third = await cli(args, {})
    expect(third).toMatchObject({ status: 0, stdout: expect.stringContaining('Nothing was changed') })
  } finally {
    await folder.remove()
  }
})

async function importedRuns(data: string): Promise<number> {
  const path = join(data, 'workspaces', 'main', 'workspace.db')
  if (!existsSync(path)) return 0
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return Number(database.prepare(`select count(*) as n from import_item where kind = 'run'`).get()?.n)
  } catch {
    // The tables may not be there yet.
    return 0
  } finally {
    database.close()
  }
}
