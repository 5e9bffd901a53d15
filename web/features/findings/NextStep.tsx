import { useState } from 'react'
import type { FindingSheet, VerifyResult } from '../../../src/modules/findings/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { takeStep, verifyFinding } from './queries.ts'
import { StepForm } from './StepForm.tsx'

/** What the signed-in person can do with a finding as it stands. Nothing is offered that the server would refuse. */
export function NextStep({ sheet: { finding, conflicts } }: { sheet: FindingSheet }) {
  const { id, model, state } = finding
  const may = useMay()
  const [refused, setRefused] = useState<VerifyResult>()
  const mayWrite = may('finding.write', model)
  const mayVerify = may('review.decide', model) && conflicts.length === 0
  const [reopening, setReopening] = useState(false)
  const reopen = !reopening ? (
    <p>
      <Button kind="bare" onClick={() => setReopening(true)}>
        It is not mended: open it again
      </Button>
    </p>
  ) : (
    <Card title="Open it again">
      <StepForm
        key={`reopen-${state}`}
        fields={[{ name: 'reason', label: 'Why it is not mended' }]}
        action="Reopen"
        kind="refuse"
        run={async (values) => {
          await takeStep(id, 'reopen', values)
          setReopening(false)
        }}
      />
    </Card>
  )
  switch (state) {
    case 'open':
    case 'in_progress':
      if (!mayWrite) return null
      return (
        <>
          <Card title={finding.plan === '' ? 'Plan' : 'Change the plan'}>
            <StepForm
              key={`plan-${finding.plan}`}
              fields={[
                { name: 'cause', label: 'Why it is so', value: finding.cause },
                { name: 'plan', label: 'What will be done', value: finding.plan },
              ]}
              action="Keep the plan"
              kind="plain"
              run={(values) => takeStep(id, 'plan', values)}
            />
          </Card>
          <Card title="Resolve">
            <StepForm
              fields={[{ name: 'proof', label: 'What shows that it is mended' }]}
              action="Resolve"
              run={(values) => takeStep(id, 'resolve', values)}
            />
          </Card>
        </>
      )
    case 'resolved':
      return (
        <>
          {mayVerify && (
            <Card title="Verify">
              <StepForm
                fields={[{ name: 'note', label: 'What you looked at' }]}
                action="Verify and close"
                run={async ({ note = '' }) => setRefused(await verifyFinding(id, note))}
              />
              {refused?.outcome === 'refused' &&
                refused.reasons.map(({ rule, message }) => (
                  <p key={rule}>
                    <Tone tone="blocked" wrap>
                      {message}
                    </Tone>
                  </p>
                ))}
            </Card>
          )}
          {mayWrite && reopen}
        </>
      )
    case 'closed':
      return mayWrite ? reopen : null
  }
}
