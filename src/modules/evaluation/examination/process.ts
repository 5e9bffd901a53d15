import { AppError } from '../../../lib/errors.ts'
import { examine } from './examine.ts'
import type { ExaminationMessage, ExaminationTask } from './task.ts'

// The examiner's process: one task, one answer, end. It holds no state of the server and ends with it.

function say(message: ExaminationMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve())
  })
}

async function answer(task: ExaminationTask): Promise<void> {
  const tempDir = process.env.EXAMINATION_DIR ?? ''
  try {
    const findings = await examine(task, tempDir, (share, phase) => void say({ type: 'progress', share, phase }))
    await say({ type: 'done', findings })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    await say({ type: 'refused', reason: error.message })
  }
  process.exit(0)
}

process.on('disconnect', () => process.exit(1))
process.once('message', (task) => void answer(task as ExaminationTask))
