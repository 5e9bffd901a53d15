import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { enterWorkspace } from '../../api/workspace.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { workspaces } from '../workspaces/queries.ts'
import { MlflowForm } from './MlflowForm.tsx'
import { SpreadsheetForm } from './SpreadsheetForm.tsx'
import { makeSample, sampleWorkspace } from './sample.ts'

type Way = 'mlflow' | 'spreadsheet' | 'sample'

/** Bring what there is, or something to look around in. */
export function BringStep() {
  const [way, setWay] = useState<Way>('mlflow')
  return (
    <div className="stack">
      <Choice
        label="Where it comes from"
        value={way}
        onChange={setWay}
        options={[
          {
            value: 'mlflow',
            title: 'An MLflow server, folder or database',
            detail: 'Experiments, runs, models, files.',
          },
          { value: 'spreadsheet', title: 'A spreadsheet', detail: 'The names of your models and AI systems.' },
          { value: 'sample', title: 'A sample', detail: 'Two small models in a workspace of their own.' },
        ]}
      />
      {way === 'mlflow' && <MlflowForm />}
      {way === 'spreadsheet' && <SpreadsheetForm />}
      {way === 'sample' && <Sample />}
    </div>
  )
}

function Sample() {
  const client = useQueryClient()
  const { data: places } = useQuery(workspaces)
  const [done, setDone] = useState<string[]>([])
  const make = useMutation({
    mutationFn: () => makeSample((what) => setDone((before) => [...before, what])),
    onSettled: () => client.invalidateQueries(),
  })
  const isThere = places?.some(({ name }) => name === sampleWorkspace) ?? false
  if (isThere && !make.isPending) {
    return (
      <div className="stack">
        {make.error ? (
          <ErrorState error={make.error} />
        ) : (
          <p role="status" style={{ margin: 0 }}>
            The sample is in the workspace <b>{sampleWorkspace}</b>. Archive and delete it under Workspaces whenever you
            like.
          </p>
        )}
        <div>
          <Button onClick={() => enterWorkspace(sampleWorkspace)}>Look around in it</Button>
        </div>
      </div>
    )
  }
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>
        Two models are trained in this browser on made-up applicants, logged, registered and taken to the gate. All of
        it stays in the workspace <b>{sampleWorkspace}</b>, apart from what is real.
      </p>
      {done.length > 0 && (
        <ul className="small" aria-live="polite">
          {done.map((what) => (
            <li key={what}>{what}</li>
          ))}
        </ul>
      )}
      {make.error && <ErrorState error={make.error} />}
      <div>
        <Button kind="go" disabled={places === undefined} busy={make.isPending} onClick={() => make.mutate()}>
          Make the sample
        </Button>
      </div>
    </div>
  )
}
