import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { CommentSubject } from '../../../src/modules/comments/schema.ts'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { counted } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { type CommentedVersion, commentsOf, isAbout } from './queries.ts'
import { Thread } from './Thread.tsx'

type Props = { requirement: Requirement; version: CommentedVersion; environment: string }

/** What people said about a requirement, opened on wish. */
export function Remarks({ requirement, version, environment }: Props) {
  const [open, setOpen] = useState(false)
  const may = useMay()
  const mayRead = may('review.read', version.model)
  const query = useQuery({ ...commentsOf(version), enabled: mayRead })
  const about: CommentSubject = {
    kind: 'requirement',
    environment,
    policy: requirement.policy.name,
    rule: requirement.id,
  }
  const count = (query.data ?? []).filter((each) => isAbout(each, about)).length
  if (!mayRead || requirement.policy.version === 0) return null
  if (count === 0 && !may('review.comment', version.model)) return null
  return (
    <div>
      <span style={{ marginLeft: -6 }}>
        <Button
          kind="bare"
          aria-expanded={open}
          aria-label={`${count === 0 ? 'Comment' : counted(count, 'comment')}: ${requirement.title}`}
          onClick={() => setOpen(!open)}
        >
          {count === 0 ? 'Comment' : counted(count, 'comment')}
        </Button>
      </span>
      {open && <Thread version={version} about={about} />}
    </div>
  )
}
