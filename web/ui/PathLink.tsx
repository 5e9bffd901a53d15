import { useRouter } from '@tanstack/react-router'
import type { MouseEvent, ReactNode } from 'react'
import { inWorkspace } from '../api/workspace.ts'

type Props = {
  to: string
  children: ReactNode
  className?: string | undefined
  label?: string
  /** Beside going there. */
  onFollow?: () => void
}

/** A link to a path that the server named; stays inside the application without a page load. */
export function PathLink({ to, children, className, label, onFollow }: Props) {
  const router = useRouter()
  const href = inWorkspace(to)
  function follow(event: MouseEvent) {
    onFollow?.()
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return
    event.preventDefault()
    router.history.push(href)
  }
  return (
    <a href={href} onClick={follow} className={className} aria-label={label}>
      {children}
    </a>
  )
}
