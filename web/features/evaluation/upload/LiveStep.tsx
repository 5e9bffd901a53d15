import { Progress } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { Evaluation } from '../../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../../src/modules/registry/schema.ts'
import { Button } from '../../../ui/Button.tsx'
import { useDraft } from '../../../ui/draft.ts'
import { Lead } from '../../../ui/Lead.tsx'
import { ErrorState, Loaded } from '../../../ui/States.tsx'
import { useGo } from '../../../ui/sections.ts'
import { cancelEvaluation, evaluation, isGoing } from '../queries.ts'
import styles from './EvaluatePage.module.css'
import { draftKey } from './protocol-draft.ts'

type Props = { id: string; version: ModelVersion; again: () => void }

/** The evaluation while it goes on; its end opens the result, or says why there is none. */
export function LiveStep({ id, version, again }: Props) {
  const query = useQuery(evaluation(id))
  return (
    <Loaded query={query} lines={3} what="The evaluation">
      {(found) => <Live evaluation={found} version={version} again={again} />}
    </Loaded>
  )
}

function Live({ evaluation: found, version, again }: { evaluation: Evaluation } & Omit<Props, 'id'>) {
  const client = useQueryClient()
  const go = useGo()
  const cancel = useMutation({
    mutationFn: () => cancelEvaluation(found.id),
    onSettled: () => client.invalidateQueries({ queryKey: evaluation(found.id).queryKey }),
  })
  const page = `/models/${encodeURIComponent(version.model)}/versions/${version.version}`
  const [first] = found.evidence
  const state = found.state
  const [, , forgetDraft] = useDraft(draftKey(version, found.dataset))
  const forget = useRef(forgetDraft)
  // The result is what the person came for.
  useEffect(() => {
    if (state !== 'done') return
    void client.invalidateQueries({ queryKey: ['evaluation', 'evidence'] })
    void client.invalidateQueries({ queryKey: ['gate', 'standing'] })
    forget.current()
    if (first) go(`${page}/evidence/${first}`)
  }, [state, first, page, client, go])
  if (isGoing(found)) {
    return (
      <div className={styles.live}>
        <Lead
          tone="waiting"
          detail={found.state === 'queued' ? 'It begins as soon as a worker is free.' : `Now ${found.phase}.`}
          action={
            <Button onClick={() => cancel.mutate()} busy={cancel.isPending}>
              Cancel
            </Button>
          }
        >
          {found.state === 'queued' ? 'Waiting' : `Evaluating, ${Math.round(found.progress * 100)} % done`}
        </Lead>
        <Progress
          value={found.progress * 100}
          aria-label={`Evaluation, ${found.phase}`}
          size="sm"
          transitionDuration={120}
        />
        <p className="small quiet">It goes on when you leave this page; the version’s Evaluations tab shows it.</p>
        {cancel.error && <ErrorState error={cancel.error} what="It was not cancelled" />}
      </div>
    )
  }
  switch (found.state) {
    case 'failed':
      return (
        <Lead
          tone="blocked"
          detail="Nothing was kept as evidence. Correct the columns, or choose another table."
          action={
            <Button kind="go" onClick={again}>
              Change the columns
            </Button>
          }
        >
          It cannot be evaluated: {(found.error ?? 'no reason was given').replace(/\.$/, '')}.
        </Lead>
      )
    case 'cancelled':
      return (
        <Lead
          tone="unknown"
          detail="Nothing was kept as evidence."
          action={<Button onClick={again}>Begin again</Button>}
        >
          The evaluation was cancelled.
        </Lead>
      )
    default:
      return (
        <Lead
          tone="met"
          action={first && <Button onClick={() => go(`${page}/evidence/${first}`)}>See the result</Button>}
        >
          Done. The evidence is stored.
        </Lead>
      )
  }
}
