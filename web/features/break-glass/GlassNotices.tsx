import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { BreakGlass } from '../../../src/modules/break-glass/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { isoText } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { counted } from '../../ui/Voice.tsx'
import { PersonName, useMay, useMe } from '../access/people.tsx'
import { GlassDialog } from './GlassDialog.tsx'
import { confirmBreakGlass, endBreakGlass, openBreakGlass } from './queries.ts'

/** Broken glass stays in sight, here and on the page of its version, until somebody has reviewed it. */
export function GlassNotices(filter: { model?: string; version?: number }) {
  const { data = [] } = useQuery(openBreakGlass(filter))
  return data.map((each) => <Notice key={each.id} glass={each} />)
}

function Notice({ glass }: { glass: BreakGlass }) {
  const [dialog, setDialog] = useState<'confirm' | 'end'>()
  const close = () => setDialog(undefined)
  return (
    <>
      <Lead
        label={`Break-glass ${glass.id}`}
        tone={glass.state === 'requested' ? 'waiting' : 'blocked'}
        detail={<Detail glass={glass} />}
        action={<Action glass={glass} onConfirm={() => setDialog('confirm')} onEnd={() => setDialog('end')} />}
      >
        <Sentence glass={glass} />
      </Lead>
      {dialog === 'confirm' && (
        <GlassDialog
          title={`Break the glass of ${glass.environment}`}
          label="Why you agree"
          action="Break the glass"
          run={(reason) => confirmBreakGlass(glass.id, reason)}
          onClose={close}
        >
          <Name glass={glass} /> will run in {glass.environment} for {counted(glass.hours, 'hour')}, although the gate
          denies it. The verdict names you and <PersonName id={glass.requested_by} />, and a finding of high severity
          opens.
        </GlassDialog>
      )}
      <ReasonDialog
        opened={dialog === 'end'}
        title={glass.state === 'requested' ? 'Take the request back' : `End it in ${glass.environment}`}
        action={glass.state === 'requested' ? 'Take it back' : 'End it now'}
        run={(reason) => endBreakGlass(glass.id, reason)}
        onClose={close}
      >
        {glass.state === 'requested'
          ? 'Nobody can confirm it afterwards. It can be asked for again.'
          : 'The gate denies the version again at once. What runs already is not stopped by this.'}
      </ReasonDialog>
    </>
  )
}

function Name({ glass }: { glass: BreakGlass }) {
  return (
    <Link to="/models/$name/versions/$which" params={{ name: glass.model, which: String(glass.version) }}>
      {glass.model} {glass.version}
    </Link>
  )
}

function Sentence({ glass }: { glass: BreakGlass }) {
  const { environment, until, hours } = glass
  if (glass.state === 'requested') {
    return (
      <>
        <PersonName id={glass.requested_by} /> asks to break the glass of {environment} for <Name glass={glass} />, for{' '}
        {counted(hours, 'hour')}.
      </>
    )
  }
  if (glass.state === 'active') {
    return (
      <>
        The glass of {environment} is broken for <Name glass={glass} /> until {isoText(Date.parse(until ?? ''))}.
      </>
    )
  }
  return (
    <>
      The glass of {environment} was broken for <Name glass={glass} />, and nobody has reviewed that.
    </>
  )
}

function Detail({ glass }: { glass: BreakGlass }) {
  return (
    <>
      <PersonName id={glass.requested_by} />: “{glass.reason}”{' '}
      {glass.confirmed_by === null ? (
        <>Somebody who did not make the version has to confirm until {isoText(Date.parse(glass.lapses_at))}.</>
      ) : (
        <>
          <PersonName id={glass.confirmed_by} />: “{glass.confirm_reason}”{' '}
          <PathLink to={`/gate/verdicts/${glass.verdict_id}`}>The verdict</PathLink>,{' '}
          <PathLink to={`/findings/${glass.finding_id}`}>the finding</PathLink>.
        </>
      )}
    </>
  )
}

function Action({ glass, onConfirm, onEnd }: { glass: BreakGlass; onConfirm: () => void; onEnd: () => void }) {
  const me = useMe()
  const may = useMay()
  const isMine = me === glass.requested_by
  if (glass.state === 'over') return <PathLink to={`/findings/${glass.finding_id}`}>Review it</PathLink>
  if (glass.state === 'requested' && !isMine && may('review.decide', glass.model)) {
    return (
      <Button kind="refuse" onClick={onConfirm}>
        Confirm…
      </Button>
    )
  }
  if (!may('review.submit', glass.model) && !may('review.decide', glass.model)) return null
  return <Button onClick={onEnd}>{glass.state === 'requested' ? 'Take it back…' : 'End it now…'}</Button>
}
