import { AppError } from '../../../lib/errors.ts'
import { createAsk } from './asking.ts'
import { describeColumns } from './columns.ts'
import { explainDecision } from './decision.ts'
import { examine } from './examine.ts'
import { scoreFirstRow } from './first-row.ts'
import { weighRows } from './row-weights.ts'
import type { ExaminationMessage, Finding, Report, Request } from './task.ts'

// The examiner's process: one task, one answer, end. It holds no state of the server and ends with it.

function say(message: ExaminationMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve())
  })
}

function work(request: Request, tempDir: string, report: Report): Promise<unknown> {
  const found = (finding: Finding) => say({ type: 'found', finding })
  switch (request.ask) {
    case 'findings':
      return examine(request.task, { tempDir, report, found, ask: createAsk() })
    case 'decision':
      return explainDecision(request.task, tempDir, report)
    case 'weights':
      return weighRows(request.task, tempDir)
    case 'row':
      return scoreFirstRow(request.task, tempDir, createAsk())
    case 'columns':
      return describeColumns(request.dataset, request.limits, tempDir)
  }
}

async function answer(request: Request): Promise<void> {
  const tempDir = process.env.EXAMINATION_DIR ?? ''
  try {
    const found = await work(request, tempDir, (share, phase) => void say({ type: 'progress', share, phase }))
    await say({ type: 'done', answer: found })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    await say({ type: 'refused', reason: error.message })
  }
  process.exit(0)
}

process.on('disconnect', () => process.exit(1))
process.once('message', (request) => void answer(request as Request))
