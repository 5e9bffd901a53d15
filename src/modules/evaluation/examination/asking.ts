import type { Answered, AnswerMessage, ExaminationMessage } from './task.ts'

export type Ask = (body: string) => Promise<Answered>

/** Asks the server, which has a network, and waits for what it says. */
export function createAsk(): Ask {
  const waiting = new Map<number, (answer: Answered) => void>()
  let next = 0
  process.on('message', (message: AnswerMessage) => {
    waiting.get(message.id)?.(message.answer)
    waiting.delete(message.id)
  })
  return (body) =>
    new Promise((resolve) => {
      const id = next++
      waiting.set(id, resolve)
      const message: ExaminationMessage = { type: 'ask', id, body }
      process.send?.(message)
    })
}

/** Where there is nobody to ask. */
export const nobody: Ask = async () => ({ outcome: 'failed', error: 'there is no endpoint to ask' })
