import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Organisation, type StarterPolicy } from '../../../src/modules/policy/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Page } from '../../ui/Page.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tabs } from '../../ui/Tabs.tsx'
import { useMay } from '../access/people.tsx'
import { saveDraft, starters } from './queries.ts'

const route = getRouteApi('/signed-in/policy-starters')

const kindWords: Record<Organisation, string> = {
  team: 'Small team',
  bank: 'Regulated bank',
  public: 'Public body',
  medical: 'Medical',
  research: 'Research',
}

/** Policies to start from, by the kind of organisation that would have them. */
export function StartPolicyPage() {
  const { kind = 'team' } = route.useSearch()
  const query = useQuery(starters)
  return (
    <Page
      title="Start a policy"
      intro="A starter becomes a draft that the studio opens, with its tests. Nothing is in force until somebody publishes it."
    >
      <Tabs label="Kind of organisation">
        {Organisation.options.map((each) => (
          <Link
            key={each}
            from="/policy-starters"
            to="."
            search={{ kind: each === 'team' ? undefined : each }}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={each === kind ? 'page' : undefined}
          >
            {kindWords[each]}
          </Link>
        ))}
      </Tabs>
      <Loaded query={query} lines={10}>
        {(list) => (
          <>
            {list
              .filter(({ organisation }) => organisation === kind)
              .map((starter) => (
                <StarterCard key={starter.name} starter={starter} />
              ))}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function StarterCard({ starter }: { starter: StarterPolicy }) {
  const go = useGo()
  const client = useQueryClient()
  const may = useMay()
  const begin = useMutation({
    mutationFn: () => saveDraft(starter.text, starter.tests),
    onSuccess: async ({ name }) => {
      await client.invalidateQueries({ queryKey: ['policy'] })
      go(`/policies/${encodeURIComponent(name)}/edit`)
    },
  })
  return (
    <Card
      title={starter.title}
      actions={
        may('policy.write') && (
          <Button busy={begin.isPending} onClick={() => begin.mutate()} aria-label={`Start from it: ${starter.title}`}>
            Start from it
          </Button>
        )
      }
    >
      {starter.description && <p className="quiet">{starter.description}</p>}
      <ul style={{ margin: '8px 0 0', paddingLeft: 18, display: 'grid', gap: 4 }}>
        {starter.sentences.map(({ id, sentence }) => (
          <li key={id}>{sentence}</li>
        ))}
      </ul>
      {begin.error && <ErrorState error={begin.error} />}
    </Card>
  )
}
