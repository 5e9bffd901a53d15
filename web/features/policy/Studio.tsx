import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { PolicyVersion } from '../../../src/modules/policy/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Page } from '../../ui/Page.tsx'
import { ScrollRegion } from '../../ui/ScrollRegion.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tabs } from '../../ui/Tabs.tsx'
import { useMay } from '../access/people.tsx'
import { type DiffLine, lineDiff } from './line-diff.ts'
import { PlanTable } from './PlanTable.tsx'
import { PolicyEditor } from './PolicyEditor.tsx'
import { PolicyForm } from './PolicyForm.tsx'
import { publish } from './queries.ts'
import styles from './Studio.module.css'
import { StudioPreview } from './StudioPreview.tsx'
import { TestList } from './StudioTests.tsx'
import { plan, preview, saveWithTests } from './studio-queries.ts'
import { useStudioTab } from './studio-tab.ts'

type Props = { start: PolicyVersion; tests: string | null; inForce: PolicyVersion | undefined }
const tabs = { form: 'Form', tests: 'Tests', impact: 'Impact', changes: 'Changes' } as const

/** Text and form side by side, what they say about real versions, and whom they would hit. */
export function Studio({ start, tests: kept, inForce }: Props) {
  const [text, setText] = useState(start.text)
  const [tests, setTests] = useState(kept ?? '')
  const [draft, setDraft] = useState<PolicyVersion>()
  const [said] = useDebouncedValue(text, 300)
  const [saidTests] = useDebouncedValue(tests, 300)
  const asked = useQuery(preview(said || ' ', saidTests || null))
  const tab = useStudioTab()
  const may = useMay()
  const go = useGo()
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: () => saveWithTests(text, tests || null),
    onSuccess: (made) => {
      setDraft(made)
      return client.invalidateQueries({ queryKey: ['policy', 'policies'] })
    },
  })
  const release = useMutation({
    mutationFn: async () => {
      const made = draft && draft.text === text ? draft : await saveWithTests(text, tests || null)
      return publish(made.name, made.version)
    },
    onSuccess: async (made) => {
      await client.invalidateQueries()
      go(`/policies/${made.name}?version=${made.version}`)
    },
  })
  const seen = asked.data
  const problems = seen?.problems ?? []
  const readable = seen !== undefined && problems.length === 0
  const writes = may('policy.write')
  return (
    <Page
      title={`Studio: ${start.document.title}`}
      intro="The text and the form are the same policy. Nothing is in force before it is published."
      actions={
        writes && (
          <Button onClick={() => save.mutate()} busy={save.isPending} disabled={!readable} hint="⌘S">
            Save draft
          </Button>
        )
      }
    >
      {draft && <p role="status">Saved as draft {draft.version}.</p>}
      {save.error && <ErrorState error={save.error} />}
      {asked.error && <ErrorState error={asked.error} retry={() => asked.refetch()} />}
      <div className={styles.sides}>
        <div>
          <Card title="Text" flush>
            <PolicyEditor
              label="Policy text"
              text={text}
              change={setText}
              problems={problems}
              save={() => save.mutate()}
            />
          </Card>
          {seen && <StudioPreview seen={seen} stale={asked.isFetching} />}
        </div>
        <div>
          <Tabs label="Sides of the policy">
            {Object.entries(tabs).map(([key, word]) => (
              <Link
                key={key}
                to="/policies/$name/edit"
                params={{ name: start.name }}
                search={{ tab: key as keyof typeof tabs }}
                aria-current={tab === key ? 'page' : undefined}
              >
                {word}
              </Link>
            ))}
          </Tabs>
          {tab === 'form' && <PolicyForm text={text} change={setText} sentences={seen?.sentences ?? []} />}
          {tab === 'tests' && (
            <>
              <Card title="Tests" flush>
                <PolicyEditor
                  label="Tests"
                  text={tests}
                  change={setTests}
                  problems={seen?.test_problems ?? []}
                  save={() => save.mutate()}
                />
              </Card>
              <Card title="Results" flush>
                <TestList results={seen?.tests ?? null} />
              </Card>
            </>
          )}
          {tab === 'impact' &&
            (readable ? (
              <Impact text={said}>
                {writes && (
                  <Button kind="go" onClick={() => release.mutate()} busy={release.isPending}>
                    Publish, for good
                  </Button>
                )}
                {release.error && <ErrorState error={release.error} />}
              </Impact>
            ) : (
              <EmptyState title="The text has mistakes." />
            ))}
          {tab === 'changes' && <Changes before={inForce} text={text} />}
        </div>
      </div>
    </Page>
  )
}

function Impact({ text, children }: { text: string; children: ReactNode }) {
  const query = useQuery(plan(text))
  return (
    <Loaded query={query} lines={5} what="The plan">
      {(found) => (
        <>
          <Card title="Whom publishing hits" flush>
            <PlanTable plan={found} />
          </Card>
          {children}
        </>
      )}
    </Loaded>
  )
}

function Changes({ before, text }: { before: PolicyVersion | undefined; text: string }) {
  if (!before) return <EmptyState title="No version is in force to compare with." />
  if (before.text === text) return <EmptyState title={`Nothing differs from version ${before.version}.`} />
  const marks = { same: ' ', gone: '−', added: '+' }
  return (
    <Card title={`Compared with version ${before.version}, in force`} flush>
      <ScrollRegion label="Differences">
        <div className={styles.diff}>
          {numbered(lineDiff(before.text, text)).map(({ kind, text: line, number }) => (
            <div key={number} className={styles[kind] ?? ''}>
              {marks[kind]} {line}
            </div>
          ))}
        </div>
      </ScrollRegion>
    </Card>
  )
}

const numbered = (lines: readonly DiffLine[]) => lines.map((line, number) => ({ ...line, number }))
