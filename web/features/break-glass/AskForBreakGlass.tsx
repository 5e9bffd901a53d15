import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Standing } from '../../../src/modules/gate/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useKeys } from '../../ui/keys.ts'
import { counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { GlassDialog } from './GlassDialog.tsx'
import { breakGlassRules, openBreakGlass, requestBreakGlass } from './queries.ts'

/** The way out when it cannot wait; shown only where the gate stops the version and nobody has asked yet. */
export function AskForBreakGlass({ standing }: { standing: Standing }) {
  const { model, version, environment, outcome, mode } = standing
  const may = useMay()
  const { data: rules } = useQuery(breakGlassRules)
  const { data: known } = useQuery(openBreakGlass({ model, version }))
  const longest = rules?.find((each) => each.environment === environment)?.longest_hours ?? 0
  const isOpen = known?.some(
    (each) => each.environment === environment && (each.state === 'requested' || each.state === 'active'),
  )
  const isStopped = outcome === 'denied' && mode === 'enforce'
  if (!isStopped || longest === 0 || isOpen !== false || !may('review.submit', model)) return null
  return <Offer standing={standing} longest={longest} />
}

function Offer({ standing, longest }: { standing: Standing; longest: number }) {
  const { model, version, environment } = standing
  const [open, setOpen] = useState(false)
  useKeys([{ keys: 'b', label: 'Break the glass', run: () => setOpen(true) }])
  const what = (
    <>
      Two people can let {model} {version} run in {environment} for up to {counted(longest, 'hour')} although the gate
      denies it. A finding opens by itself, and it stays in sight until somebody has reviewed it.
    </>
  )
  return (
    <Card title="If it cannot wait">
      <div className="stack">
        <p>{what}</p>
        <div className="row">
          <Button hint="b" onClick={() => setOpen(true)}>
            Break the glass…
          </Button>
        </div>
      </div>
      {open && (
        <GlassDialog
          title={`Break the glass of ${environment} for ${model} ${version}`}
          label="Why it cannot wait"
          action="Ask for it"
          longest={longest}
          run={(reason, hours = longest) => requestBreakGlass({ model, version, environment, reason, hours })}
          onClose={() => setOpen(false)}
        >
          Somebody who neither asked nor made this version has to confirm. Until then nothing changes.
        </GlassDialog>
      )}
    </Card>
  )
}
