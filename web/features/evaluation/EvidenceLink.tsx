import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** What evidence is about. */
export type Subject = { readonly model: string; readonly version: number }

export function EvidenceLink({ about, id, children }: { about: Subject; id: string; children: ReactNode }) {
  const params = { name: about.model, which: String(about.version), evidence: id }
  return (
    <Link to="/models/$name/versions/$which/evidence/$evidence" params={params}>
      {children}
    </Link>
  )
}
