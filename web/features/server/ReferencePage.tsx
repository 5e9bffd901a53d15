import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Card } from '../../ui/Card.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { counted } from '../../ui/Voice.tsx'
import { OperationView } from './OperationView.tsx'
import { type OpenApi, Operation } from './openapi.ts'
import { openapi } from './queries.ts'
import styles from './ReferencePage.module.css'

export type Endpoint = { id: string; method: string; path: string; operation: Operation }
const methods = ['get', 'post', 'put', 'patch', 'delete']

/** Every route of the HTTP API, from the same schemas that the server checks with. */
export function ReferencePage() {
  const query = useQuery(openapi)
  const [search, setSearch] = useState('')
  return (
    <Page
      title="API reference"
      intro={
        <>
          Errors are problem details (RFC 9457). The whole document is at <a href="/openapi.json">/openapi.json</a>.
        </>
      }
    >
      <TextInput
        aria-label="Search routes"
        placeholder="A path or a word"
        type="search"
        size="sm"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        style={{ maxWidth: 360, marginBottom: 14 }}
      />
      <Loaded query={query} lines={10}>
        {(document) => <Groups document={document} search={search.toLowerCase()} />}
      </Loaded>
    </Page>
  )
}

function Groups({ document, search }: { document: OpenApi; search: string }) {
  const wanted = endpointsOf(document).filter((each) => matches(each, search))
  const groups = [...Map.groupBy(wanted, groupOf)].toSorted((a, b) => a[0].localeCompare(b[0]))
  if (groups.length === 0) return <EmptyState title="No route has this word." />
  return groups.map(([name, endpoints]) => (
    <Card key={name} title={`${name}, ${counted(endpoints.length, 'route')}`} flush>
      <div className={styles.list}>
        {endpoints.map((endpoint) => (
          <details key={endpoint.id} className={styles.endpoint}>
            <summary>
              <span className={styles.method}>{endpoint.method.toUpperCase()}</span>
              <span className={styles.path}>{endpoint.path}</span>
              <span className={styles.summary}>{endpoint.operation.summary}</span>
            </summary>
            <OperationView endpoint={endpoint} schemas={document.components?.schemas ?? {}} />
          </details>
        ))}
      </div>
    </Card>
  ))
}

function endpointsOf(document: OpenApi): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const parsed = Operation.safeParse(item[method])
      return parsed.success ? [{ id: `${method} ${path}`, method, path, operation: parsed.data }] : []
    }),
  )
}

function matches({ path, method, operation }: Endpoint, search: string): boolean {
  return `${method} ${path} ${operation.summary ?? ''} ${operation.tags.join(' ')}`.toLowerCase().includes(search)
}

function groupOf({ path, operation }: Endpoint): string {
  const [first] = operation.tags
  if (first) return first
  if (path.startsWith('/api/v1/')) return path.split('/')[3] ?? 'other'
  return path.includes('mlflow') ? 'mlflow' : 'server'
}
