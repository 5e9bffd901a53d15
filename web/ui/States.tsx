import type { ReactNode } from 'react'
import { ApiError, fieldErrors } from '../api/problem.ts'
import { Button } from './Button.tsx'
import { Command } from './Copy.tsx'
import styles from './States.module.css'

type EmptyProps = { title: string; children?: ReactNode; command?: string; action?: ReactNode }

/** Teaches by doing: one sentence and the next step. */
export function EmptyState({ title, children, command, action }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children && <p className={styles.detail}>{children}</p>}
      {command && <Command text={command} />}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  )
}

/** Names the cause and the next step. */
export function ErrorState({ error, retry, what }: { error: unknown; retry?: () => void; what?: string }) {
  const { title, next } = explain(error)
  return (
    <div className={styles.error} role="alert">
      <p className={styles.title}>{what ? `${what}: ${lowerFirst(title)}` : title}</p>
      <p className={styles.detail}>{next}</p>
      {retry && (
        <div className={styles.action}>
          <Button onClick={retry}>Try again</Button>
        </div>
      )}
    </div>
  )
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

export function explain(error: unknown): { title: string; next: string } {
  if (!(error instanceof ApiError)) {
    return {
      title: 'Something went wrong on this page',
      next: error instanceof Error ? error.message : 'Reload the page.',
    }
  }
  const { title, detail, status } = error.problem
  switch (status) {
    case 400:
      return { title: 'Something that was entered does not fit', next: fieldErrors(error.problem) ?? detail }
    case 401:
      return { title: 'Nobody is signed in', next: 'Sign in and come back; nothing that was written is lost.' }
    case 403:
      return {
        title: 'You may not see or do this',
        next: detail || 'An administrator can give you a role that allows it, on the page People.',
      }
    case 404:
      return { title: 'There is nothing here', next: detail || 'It may have been renamed, or the address is mistyped.' }
    default:
      return {
        title,
        next: detail || (status >= 500 ? 'The server logged the cause; its operator can find it.' : 'Try again.'),
      }
  }
}

/** Lines where text will stand; the page does not jump when it comes. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => `line-${i}`).map((key, i) => (
        <span key={key} style={{ width: `${[92, 74, 84, 60, 88][i % 5]}%` }} />
      ))}
    </div>
  )
}

type QueryLike<T> = { data: T | undefined; error: unknown; refetch: () => unknown }

/** Data, or the care taken while there is none. The last known state stands while it is refreshed. */
export function Loaded<T>(props: {
  query: QueryLike<T>
  lines?: number
  what?: string
  children: (data: T) => ReactNode
}) {
  const { query, lines, what, children } = props
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.error) return <ErrorState error={query.error} retry={() => query.refetch()} {...(what ? { what } : {})} />
  return <Skeleton {...(lines ? { lines } : {})} />
}
