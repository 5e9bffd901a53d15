import { useState } from 'react'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useMay } from '../access/people.tsx'
import { RequirementWaiverDialog } from './RequirementWaiverDialog.tsx'

type Props = { requirement: Requirement; about: { model: string; version: number }; environment: string }

/** Offered where the policy lets somebody waive what is not met, to those who may decide about the model. */
export function Waive({ requirement, about, environment }: Props) {
  const may = useMay()
  const [open, setOpen] = useState(false)
  if (!requirement.waivable || requirement.waiver || !may('review.decide', about.model)) return null
  return (
    <div className="small" style={{ marginTop: 2 }}>
      <Button kind="bare" onClick={() => setOpen(true)} aria-label={`Waive: ${requirement.title}`}>
        Waive…
      </Button>
      {open && (
        <RequirementWaiverDialog
          requirement={requirement}
          waivable={requirement.waivable}
          about={about}
          environment={environment}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  )
}
