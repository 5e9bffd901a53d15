import { PasswordInput, Progress, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type LiveImport, phaseWords, totalOf } from '../../../src/modules/imports/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Command } from '../../ui/Copy.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { countsOf, hostOf, isGoing, mlflowImport, startImport, stopImport } from './mlflow-import.ts'

/** What an MLflow server has: looked at first, with counts and every problem, and brought when somebody says so. */
export function MlflowForm() {
  const client = useQueryClient()
  const { data } = useQuery(mlflowImport)
  const [given, setGiven] = useState<string>()
  const [token, setToken] = useState('')
  const current = data?.import ?? undefined
  const source = given ?? current?.address ?? 'http://mlflow.example:5000'
  const host = hostOf(source)
  const settled = { onSettled: () => client.invalidateQueries() }
  const start = useMutation({
    mutationFn: (what: 'look' | 'bring') =>
      startImport({ address: source, what, prefix: '', ...(token === '' ? {} : { token }) }),
    ...settled,
  })
  const stop = useMutation({ mutationFn: stopImport, ...settled })
  const going = current !== undefined && isGoing(current)
  const shown = current?.address === source ? current : undefined
  return (
    <div className="stack">
      <TextInput
        label="Address of the server, or path of its folder or database"
        size="sm"
        value={source}
        disabled={going}
        onChange={(event) => setGiven(event.currentTarget.value)}
      />
      {host !== undefined && data?.hosts.includes(host) ? (
        <>
          <PasswordInput
            label="Token, where the server asks for one"
            description="Sent to that server, and kept nowhere."
            size="sm"
            autoComplete="off"
            value={token}
            disabled={going}
            onChange={(event) => setToken(event.currentTarget.value)}
          />
          {!going && (
            <div className="row">
              <Button kind={shown?.plan ? 'plain' : 'go'} busy={start.isPending} onClick={() => start.mutate('look')}>
                Look at what is there
              </Button>
              {shown?.plan && (
                <Button kind="go" busy={start.isPending} onClick={() => start.mutate('bring')}>
                  {shown.state === 'stopped' ? 'Go on bringing it over' : 'Bring it over'}
                </Button>
              )}
            </div>
          )}
          {start.error && <ErrorState error={start.error} />}
          {shown && <Standing at={shown} onStop={() => stop.mutate()} stopping={stop.isPending} />}
        </>
      ) : (
        <ByCommand source={source} host={host} />
      )}
      <p style={{ margin: 0 }}>Or let clients log here from now on; they work unchanged:</p>
      <Command text={`export MLFLOW_TRACKING_URI=${window.location.origin}`} />
    </div>
  )
}

function Standing({ at, onStop, stopping }: { at: LiveImport; onStop: () => void; stopping: boolean }) {
  if (isGoing(at)) return <Going at={at} onStop={onStop} stopping={stopping} />
  const { state, plan, report, message } = at
  const problems = (report ?? plan)?.problems ?? []
  return (
    <div className="stack" role="status">
      {state === 'failed' && <p style={{ margin: 0 }}>It failed: {message}.</p>}
      {state === 'stopped' && <p style={{ margin: 0 }}>Stopped. What was brought is here, and the rest can follow.</p>}
      {report && state === 'brought' && (
        <p style={{ margin: 0 }}>
          {report.outcome === 'verified' ? <Tone tone="met">verified</Tone> : <Tone tone="blocked">different</Tone>}{' '}
          {report.outcome === 'verified'
            ? 'What is stored was compared with the source.'
            : 'What is stored differs from the source.'}{' '}
          Brought: {countsOf(report.brought).join(', ') || 'nothing that was not here already'}.
        </p>
      )}
      {plan && !report && state === 'looked' && (
        <p style={{ margin: 0 }}>
          Nothing is written yet. There are {countsOf(plan.found).join(', ') || 'no experiments and no models'}.
        </p>
      )}
      {problems.length > 0 && (
        <details className="small">
          <summary>{counted(problems.length + at.problems_left_off, 'problem')}</summary>
          <ul style={{ maxHeight: 220, overflow: 'auto', margin: 0, paddingLeft: 18 }}>
            {problems.map((each) => (
              <li key={`${each.kind} ${each.subject} ${each.code}`}>
                <span className="quiet">{each.kind}</span> {each.subject}: {each.message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

function Going({ at, onStop, stopping }: { at: LiveImport; onStop: () => void; stopping: boolean }) {
  const total = at.phase && at.plan ? totalOf(at.phase, at.plan.found) : 0
  const words = at.phase ? `${phaseWords[at.phase]} ${at.done}${total ? ` of ${total}` : ''}` : 'asking the server'
  const share = total ? Math.min(100, (at.done / total) * 100) : undefined
  return (
    <div className="stack">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <span role="status">
          {at.state === 'looking' ? 'Looking' : 'Bringing it over'}: {words}
        </span>
        <Button onClick={onStop} busy={stopping}>
          Stop
        </Button>
      </div>
      <Progress value={share ?? 100} animated={share === undefined} aria-label="How far it is" />
    </div>
  )
}

/** Folders, databases, and servers that the operator has not named, are brought on the machine of this server. */
function ByCommand({ source, host }: { source: string; host: string | undefined }) {
  const quoted = /^[\w./:@-]+$/.test(source) ? source : `'${source.replaceAll("'", "'\\''")}'`
  return (
    <>
      <p style={{ margin: 0 }}>
        On the machine of this server, this looks and writes nothing: it says what is there, with counts, and every
        problem.
      </p>
      <Command text={`modelkeep import mlflow ${quoted} --dry-run`} />
      <p style={{ margin: 0 }}>
        Without <span className="fact">--dry-run</span> it brings everything over. It can be stopped, and goes on where
        it was.
        {host !== undefined && (
          <>
            {' '}
            With <span className="fact">MODELKEEP_IMPORT_HOSTS={host}</span> the server does it from here.
          </>
        )}
      </p>
    </>
  )
}
