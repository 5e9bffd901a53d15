import type { Writer } from './db/writer.ts'
import type { Audit } from './modules/audit/index.ts'

/** Does something soon after events of a kind are on disk; many at once are one. `settled` waits for what is under way. */
export function lookAfter(parts: {
  audit: Pick<Audit, 'listen'>
  writer: Pick<Writer, 'onCommitted'>
  actions: RegExp
  look: () => Promise<void>
  failed: (error: unknown) => void
}) {
  let wanted = false
  let stopped = false
  let looking: Promise<void> | undefined

  async function look() {
    while (wanted && !stopped) {
      wanted = false
      await parts.look().catch(parts.failed)
    }
  }

  parts.audit.listen(async (_, events) => {
    if (events.some(({ action }) => parts.actions.test(action))) wanted = true
  })
  parts.writer.onCommitted(() => {
    if (!wanted || stopped) return
    looking ??= look().finally(() => {
      looking = undefined
    })
  })

  return {
    async stop() {
      stopped = true
      await looking
    },
  }
}
