import { useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import styles from './Nav.module.css'
import { PathLink } from './PathLink.tsx'
import type { NavGroup, Section } from './sections.ts'

export function Brand() {
  return (
    <span className={styles.brand}>
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d="M4 21V5h3.2v2.6h2.6V5h4.4v2.6h2.6V5H20v16z" />
        <path d="M12 21v-5.2a2.3 2.3 0 0 0 0-4.6 2.3 2.3 0 0 0 0 4.6" />
      </svg>
      Modelkeep
    </span>
  )
}

type Props = { groups: readonly NavGroup[]; head: ReactNode; foot: ReactNode }

export function Nav({ groups, head, foot }: Props) {
  const path = useRouterState({ select: (state) => state.location.pathname })
  return (
    <nav className={styles.nav} aria-label="Sections">
      <Brand />
      {head}
      {groups.map((group, index) => (
        <div key={group.title} className={styles.group}>
          {index > 0 && <div className={styles.title}>{group.title}</div>}
          {group.sections.map((section) => (
            <NavItem key={section.to} section={section} current={isWithin(path, section.to)} />
          ))}
        </div>
      ))}
      <div className={styles.foot}>{foot}</div>
    </nav>
  )
}

function NavItem({ section, current }: { section: Section; current: boolean }) {
  return (
    <span className={current ? styles.current : styles.item} aria-current={current ? 'page' : undefined}>
      <PathLink to={section.to} className={styles.link}>
        {section.title}
        {section.count !== undefined && section.count > 0 && (
          <b>
            {section.count}
            <span className={styles.hidden}> open</span>
          </b>
        )}
      </PathLink>
    </span>
  )
}

function isWithin(path: string, section: string): boolean {
  if (section === '/') return path === '/'
  if (section === '/inventory') return path === section || path.startsWith('/models')
  if (section === '/experiments') return /^\/(experiments|runs|compare|traces)/.test(path)
  return path === section || path.startsWith(`${section}/`)
}
