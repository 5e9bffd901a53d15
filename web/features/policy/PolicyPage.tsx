import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { PolicyVersion } from '../../../src/modules/policy/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { CopyButton, Digest } from '../../ui/Copy.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { ScrollRegion } from '../../ui/ScrollRegion.tsx'
import { ErrorState, Loaded } from '../../ui/States.tsx'
import { Human } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { PolicyState } from './PoliciesPage.tsx'
import styles from './PolicyPage.module.css'
import { PublishedWith } from './PublishedWith.tsx'
import { policies, policyVersion, publish } from './queries.ts'
import { ruleParts } from './rules.ts'

const route = getRouteApi('/signed-in/policies/$name')

/** What the rule says, in sentences and in its own text. */
export function PolicyPage() {
  const { name } = route.useParams()
  const { version } = route.useSearch()
  const list = useQuery(policies)
  const newest = list.data?.filter((each) => each.name === name).toSorted((a, b) => b.version - a.version)[0]
  const wanted = version ?? newest?.version
  const query = useQuery({ ...policyVersion(name, wanted ?? 1), enabled: wanted !== undefined })
  if (list.error) return <ErrorState error={list.error} retry={() => list.refetch()} />
  return (
    <Loaded query={query} lines={10} what={`Policy ${name}`}>
      {(policy) => <Found policy={policy} />}
    </Loaded>
  )
}

function Found({ policy }: { policy: PolicyVersion }) {
  const { document } = policy
  const { tiers, environments } = document.scope
  return (
    <Page
      title={document.title}
      heading={
        <>
          {document.title} <span className="fact">{policy.version}</span>
        </>
      }
      actions={
        <>
          <PolicyState policy={policy} />
          <Link to="/policies/$name/edit" params={{ name: policy.name }}>
            Open in the studio
          </Link>
          <Publish policy={policy} />
        </>
      }
      intro={`Asked of every ${tiers.join(' and ')} tier model before ${environments.join(' and ')}. A verdict is good for ${document.verdict_hours} hours.`}
    >
      {document.description && (
        <div style={{ marginBottom: 16, maxWidth: '72ch' }}>
          <Human>{document.description}</Human>
        </div>
      )}
      <div className={styles.sides}>
        <div>
          {ruleParts(policy).map((part) => (
            <Card key={part.title} title={part.title} flush>
              <ol className={styles.rules}>
                {part.rules.map((rule) => (
                  <li key={rule.id} id={rule.id}>
                    <div>{rule.sentence}</div>
                    {rule.reason && <div className="quiet small">{rule.reason}</div>}
                    <div className="quiet small">
                      <span className="fact">{rule.id}</span>, met by {rule.who}
                    </div>
                  </li>
                ))}
              </ol>
            </Card>
          ))}
        </div>
        <div>
          <Card title="Its text" actions={<CopyButton text={policy.text} what="policy text" />} flush>
            <ScrollRegion className={styles.text} label="Policy text">
              <pre>{policy.text}</pre>
            </ScrollRegion>
          </Card>
          <PublishedWith name={policy.name} version={policy.version} />
          <Card title="What it is">
            <KeyValues>
              <Pair name="Digest">
                <Digest value={policy.digest} />
              </Pair>
              <Pair name="Written" wrap>
                <Moment at={policy.created_at} />, <PersonName id={policy.created_by} />
              </Pair>
              <Pair name="Published" wrap>
                {policy.published_at ? (
                  <>
                    <Moment at={policy.published_at} />, <PersonName id={policy.published_by} />
                  </>
                ) : (
                  'not yet'
                )}
              </Pair>
              <Pair name="Versions">
                <Versions policy={policy} />
              </Pair>
            </KeyValues>
          </Card>
        </div>
      </div>
    </Page>
  )
}

function Versions({ policy }: { policy: PolicyVersion }) {
  return Array.from({ length: policy.version }, (_, i) => policy.version - i)
    .slice(0, 8)
    .map((number) => (
      <span key={number}>
        <Link to="/policies/$name" params={{ name: policy.name }} search={{ version: number }}>
          {number}
        </Link>{' '}
      </span>
    ))
}

function Publish({ policy }: { policy: PolicyVersion }) {
  const may = useMay()
  const client = useQueryClient()
  const run = useMutation({
    mutationFn: () => publish(policy.name, policy.version),
    onSuccess: () => client.invalidateQueries(),
  })
  if (policy.state !== 'draft' || !may('policy.write')) return null
  return (
    <>
      <Button kind="go" onClick={() => run.mutate()} busy={run.isPending}>
        Publish, for good
      </Button>
      {run.error && <ErrorState error={run.error} />}
    </>
  )
}
