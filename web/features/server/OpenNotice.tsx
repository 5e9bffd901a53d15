import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Tone } from '../../ui/Tone.tsx'
import styles from './OpenNotice.module.css'
import { server } from './queries.ts'

/** On every page of an open server, and never closed: who acts here, and that the gate stops nothing. */
export function OpenNotice() {
  const isOpen = useQuery(server).data?.open === true
  useEffect(() => {
    // What sticks to the top of the window leaves the line free.
    document.documentElement.style.setProperty('--notice', isOpen ? '28px' : '0px')
  }, [isOpen])
  if (!isOpen) return null
  return (
    <aside className={styles.notice} aria-label="About this server">
      <Tone tone="attention">Open server</Tone>
      <span>Nobody signs in: requests without credentials act as the local developer, and the gate stops nothing.</span>
    </aside>
  )
}
