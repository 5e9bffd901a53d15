import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { EvaluationInput, ProtocolGuess, ProtocolVersion } from '../../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../../src/modules/registry/schema.ts'
import { ApiError } from '../../../api/problem.ts'
import { Button } from '../../../ui/Button.tsx'
import { Card } from '../../../ui/Card.tsx'
import { useDraft } from '../../../ui/draft.ts'
import { ErrorState, Loaded } from '../../../ui/States.tsx'
import { protocol, protocolGuess, putProtocol, startEvaluation } from '../queries.ts'
import styles from './EvaluatePage.module.css'
import { KindChoice } from './KindChoice.tsx'
import { Preview } from './Preview.tsx'
import { ProtocolForm } from './ProtocolForm.tsx'
import { draftKey, draftOf, kindsFor, ProtocolDraft, protocolOf, rolesOf } from './protocol-draft.ts'

type Props = {
  version: ModelVersion
  digest: string
  started: (evaluation: string) => void
}

/** What the server guessed about the columns, for a person to confirm or to correct. */
export function ConfirmStep({ version, digest, started }: Props) {
  const guess = useQuery(protocolGuess(version.model, version.version, digest))
  const known = useQuery(protocol(version.model))
  const isUnknown = known.error instanceof ApiError && known.error.status === 404
  const ready = { ...guess, data: known.data || isUnknown ? guess.data : undefined, error: guess.error }
  return (
    <Loaded query={ready} lines={9} what="The table cannot be used">
      {(found) => <Form version={version} digest={digest} started={started} guess={found} known={known.data} />}
    </Loaded>
  )
}

function Form(props: Props & { guess: ProtocolGuess; known: ProtocolVersion | undefined }) {
  const { version, digest, started, guess, known } = props
  const client = useQueryClient()
  const [kept, keep] = useDraft(draftKey(version, digest))
  const [draft, setDraft] = useState<ProtocolDraft>(() => read(kept) ?? draftOf(guess, known?.protocol))
  const [tried, setTried] = useState(false)
  const filled = protocolOf(draft, guess.columns, known?.protocol)
  const start = useMutation({
    mutationFn: async (said: Record<string, unknown>) => {
      const changed = await putProtocol(version.model, said)
      client.setQueryData(protocol(version.model).queryKey, changed)
      return startEvaluation({
        model: version.model,
        version: version.version,
        dataset: digest as NonNullable<EvaluationInput['dataset']>,
        source: { kind: draft.source },
        kinds: draft.kinds.filter((kind) => kindsFor(draft).includes(kind)),
      })
    },
    onSuccess: ({ id }) => started(id),
  })

  function change(part: Partial<ProtocolDraft>) {
    const next = { ...draft, ...part }
    setDraft(next)
    keep(JSON.stringify(next))
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (filled.outcome === 'complete') start.mutate(filled.protocol)
  }

  return (
    <form onSubmit={submit} noValidate>
      <Preview digest={digest} roles={rolesOf(draft)} />
      <Card title="What the columns mean" flush>
        <ProtocolForm
          draft={draft}
          guess={guess}
          known={known?.protocol}
          missing={tried && filled.outcome === 'incomplete' ? filled.missing : {}}
          change={change}
        />
      </Card>
      <Card title="What to find out">
        <KindChoice
          draft={draft}
          change={change}
          complaint={tried && filled.outcome === 'incomplete' ? filled.missing.kinds : undefined}
        />
      </Card>
      {start.error && <ErrorState error={start.error} what="The evaluation did not start" />}
      <div className={styles.end}>
        <Button kind="go" type="submit" busy={start.isPending}>
          Evaluate
        </Button>
        <p className="small quiet" aria-live="polite">
          {tried && filled.outcome === 'incomplete'
            ? `Not yet: ${Object.values(filled.missing)[0]}`
            : protocolNote(known, version.model)}
        </p>
      </div>
    </form>
  )
}

function protocolNote(known: ProtocolVersion | undefined, model: string): string {
  return known
    ? `Where this differs from protocol ${known.version} of ${model}, it becomes protocol ${known.version + 1}; the old one stays.`
    : `It is kept as protocol 1 of ${model}, by which every version is examined.`
}

function read(text: string): ProtocolDraft | undefined {
  if (text === '') return undefined
  try {
    return ProtocolDraft.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
