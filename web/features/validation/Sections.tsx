import { Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Section, type SectionText, sectionNames, type Validation } from '../../../src/modules/validation/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useDraft } from '../../ui/draft.ts'
import { Markdown } from '../../ui/Markdown.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { PersonName } from '../access/people.tsx'
import { writeSection } from './queries.ts'

const hints: Record<Section, string> = {
  scope: 'What is validated and what is not.',
  approach: 'How it was looked at, and why so.',
  limitations: 'What the tests cannot show, and where it should not be used.',
  conclusion: 'Is it fit for its purpose, and under what conditions.',
}

/** The validator’s words, each part on its own. */
export function Sections({ found }: { found: Validation }) {
  return Section.options.map((section) => {
    const text = found.texts.find((each) => each.section === section)
    return <Part key={section} found={found} section={section} text={text} />
  })
}

type PartProps = { found: Validation; section: Section; text: SectionText | undefined }

function Part({ found, section, text }: PartProps) {
  const [writing, setWriting] = useState(false)
  const name = sectionNames[section]
  return (
    <Card
      title={name}
      actions={
        found.writable &&
        !writing && (
          <Button
            kind="bare"
            onClick={() => setWriting(true)}
            aria-label={`${text ? 'Write it anew' : 'Write it'}: ${name}`}
          >
            {text ? 'Write it anew' : 'Write it'}
          </Button>
        )
      }
    >
      {writing ? (
        <Editor found={found} section={section} text={text} done={() => setWriting(false)} />
      ) : text ? (
        <>
          <Markdown text={text.text} />
          <p className="quiet small">
            <PersonName id={text.written_by} />, <Moment at={text.written_at} form="both" />
          </p>
        </>
      ) : (
        <p className="quiet">Nobody has written this yet. {hints[section]}</p>
      )}
    </Card>
  )
}

function Editor({ found, section, text, done }: PartProps & { done: () => void }) {
  const client = useQueryClient()
  const { model, version, environment } = found
  const [draft, setDraft, forget] = useDraft(`validation/${model}/${version}/${environment}/${section}`)
  const [touched, setTouched] = useState(draft !== '')
  const value = touched ? draft : (text?.text ?? '')
  // What was read when the writing began: a text that somebody wrote meanwhile is not written over.
  const [read_at] = useState(text?.written_at ?? null)
  const save = useMutation({
    mutationFn: () => writeSection(found, { environment, section, text: value, read_at }),
    onSuccess: async () => {
      forget()
      done()
      await client.invalidateQueries({ queryKey: ['validation'] })
    },
  })
  return (
    <div className="stack">
      <Textarea
        aria-label={sectionNames[section]}
        description={`${hints[section]} Markdown.`}
        autosize
        minRows={5}
        maxRows={24}
        value={value}
        onChange={(event) => {
          setTouched(true)
          setDraft(event.currentTarget.value)
        }}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
        autoFocus
      />
      {save.error && <ErrorState error={save.error} />}
      <div className="row">
        <Button kind="go" busy={save.isPending} onClick={() => save.mutate()}>
          Keep it
        </Button>
        <Button kind="bare" onClick={done}>
          Not now
        </Button>
      </div>
    </div>
  )
}
