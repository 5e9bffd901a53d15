import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Brand } from '../../ui/Nav.tsx'
import { useGo } from '../../ui/sections.ts'
import { server } from '../server/queries.ts'
import { SignInForm } from './SignInForm.tsx'
import styles from './SignInPage.module.css'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { next } = route.useSearch()
  const go = useGo()
  const { data } = useQuery(server)
  useEffect(() => {
    document.title = 'Sign in · Modelkeep'
  }, [])
  return (
    <main className={styles.page}>
      <div className={styles.sheet}>
        <Brand />
        <h1>Sign in to {data ? `workspace ${data.workspace}` : 'Modelkeep'}</h1>
        <p className="quiet">The record of every model: what is allowed, on what basis, and who said so.</p>
        <SignInForm done={() => go(next ?? '/')} />
        <p className={styles.hint}>
          First start? The server printed the administrator's name and first password once, in the terminal it was
          started from.
        </p>
      </div>
      {data && (
        <p className={styles.foot}>
          <span className="fact">
            {data.name} {data.version}
          </span>{' '}
          at <span className="fact">{data.public_url}</span>
        </p>
      )}
    </main>
  )
}
