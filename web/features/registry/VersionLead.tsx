import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Standing } from '../../../src/modules/gate/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useKeys } from '../../ui/keys.ts'
import { Lead } from '../../ui/Lead.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import type { ToneName } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { askGate } from '../gate/queries.ts'
import { AskForReview } from '../reviews/AskForReview.tsx'
import { countsOf } from './RequirementsTab.tsx'

type Props = { version: ModelVersion; standing: Standing }

export function VersionLead({ version, standing }: Props) {
  const go = useGo()
  const client = useQueryClient()
  const ask = useMutation({
    mutationFn: () => askGate({ model: version.model, version: version.version, environment: standing.environment }),
    onSuccess: async (verdict) => {
      await client.invalidateQueries({ queryKey: ['gate'] })
      go(`/gate/verdicts/${verdict.id}`)
    },
  })
  const next = useNext(version, standing)
  const act = () => (next.kind === 'verdict' ? ask.mutate() : next.kind === 'go' ? go(next.to) : undefined)
  const toExplain = () =>
    go(
      `/models/${encodeURIComponent(version.model)}/versions/${version.version}/gate?environment=${standing.environment}`,
    )
  useKeys([
    ...(next.kind === 'go' || next.kind === 'verdict' ? [{ keys: 'v', label: next.title, run: act }] : []),
    { keys: 'e', label: 'Explain the gate’s answer, and what if', run: toExplain },
  ])
  return (
    <>
      <Lead
        tone={toneOf(standing)}
        detail={
          <>
            {modeSentence(standing)} {countsOf(standing) || 'No requirement applies'}.{' '}
            <PathLink
              to={`/models/${encodeURIComponent(version.model)}/versions/${version.version}/gate?environment=${standing.environment}`}
            >
              Explain, and what if
            </PathLink>
          </>
        }
        action={
          next.kind === 'review' ? (
            <AskForReview version={version} environment={standing.environment} />
          ) : next.kind === 'none' ? undefined : (
            <Button kind="go" hint="v" onClick={act} busy={ask.isPending}>
              {next.title}
            </Button>
          )
        }
      >
        {standing.sentence}
      </Lead>
      {ask.error && <ErrorState error={ask.error} what="The gate did not answer" />}
    </>
  )
}

export function toneOf(standing: Standing): ToneName {
  if (standing.break_glass) return 'blocked'
  if (standing.requirements.length === 0) return 'unknown'
  if (standing.outcome === 'waived') return 'attention'
  if (standing.outcome === 'allowed' && standing.requirements.some((each) => each.state === 'attention'))
    return 'attention'
  if (standing.outcome === 'allowed') return standing.state === 'approved_with_conditions' ? 'attention' : 'met'
  if (standing.requirements.some((each) => each.state === 'blocked')) return 'blocked'
  return standing.open_review || standing.requirements.some((each) => each.state === 'waiting')
    ? 'waiting'
    : 'attention'
}

function modeSentence({ environment, mode }: Standing): string {
  switch (mode) {
    case 'enforce':
      return `The gate of ${environment} is enforced.`
    case 'warn':
      return `The gate of ${environment} warns and does not stop.`
    case 'observe':
      return `The gate of ${environment} observes and does not stop.`
  }
}

type Next =
  | { kind: 'go'; title: string; to: string }
  | { kind: 'verdict'; title: string }
  | { kind: 'review' }
  | { kind: 'none' }

/** The one thing this person can do now, in the order in which a version becomes allowed. */
function useNext(version: ModelVersion, standing: Standing): Next {
  const may = useMay()
  const page = `/models/${encodeURIComponent(version.model)}/versions/${version.version}`
  const unmet = standing.requirements.filter(
    (each) => each.state !== 'met' && each.state !== 'attention' && !each.waiver,
  )
  const missing = unmet.find((each) => each.type === 'evidence')
  if (missing && may('evaluation.run', version.model)) {
    return {
      kind: 'go',
      title: 'Run the evaluation',
      to: `${page}?tab=evaluations&environment=${standing.environment}`,
    }
  }
  if (standing.outcome !== 'denied') {
    return may('gate.check', version.model) ? { kind: 'verdict', title: 'Get a signed verdict' } : { kind: 'none' }
  }
  if (standing.open_review) {
    const title = may('review.decide', version.model) ? 'Decide' : 'See the review'
    return { kind: 'go', title, to: `/reviews/${standing.open_review}` }
  }
  const onlyApproval = unmet.length > 0 && unmet.every((each) => each.type === 'approval')
  if (onlyApproval && may('review.submit', version.model)) return { kind: 'review' }
  const first = unmet[0]
  if (first?.link && first.link !== page) return { kind: 'go', title: 'See what is missing', to: first.link }
  return may('gate.check', version.model) ? { kind: 'verdict', title: 'Explain at the gate' } : { kind: 'none' }
}
