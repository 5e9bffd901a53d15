import { useQuery } from '@tanstack/react-query'
import { type RefObject, useState } from 'react'
import type { Comment, CommentSubject } from '../../../src/modules/comments/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Markdown } from '../../ui/Markdown.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Loaded } from '../../ui/States.tsx'
import { counted } from '../../ui/Voice.tsx'
import { PersonName, useMay, useMe } from '../access/people.tsx'
import { ChangeComment } from './ChangeComment.tsx'
import { CommentBox } from './CommentBox.tsx'
import { type CommentedVersion, commentsOf, isAbout } from './queries.ts'
import styles from './Thread.module.css'

type Props = {
  version: CommentedVersion
  about: CommentSubject
  title?: string
  field?: RefObject<HTMLTextAreaElement | null>
}

/** What people said about one thing, answers under what they answer. */
export function Thread({ version, about, title = 'Comments', field }: Props) {
  const query = useQuery(commentsOf(version))
  const may = useMay()('review.comment', version.model)
  return (
    <Card title={title}>
      <Loaded query={query} lines={2}>
        {(all) => {
          const comments = all.filter((each) => isAbout(each, about))
          return (
            <div className="stack">
              {comments.length === 0 && <span className="quiet">Nobody has said anything about this yet.</span>}
              <Answers comments={comments} to={null} version={version} may={may} />
              {may && (
                <CommentBox
                  version={version}
                  about={about}
                  label="Comment"
                  {...(field === undefined ? {} : { field })}
                />
              )}
            </div>
          )
        }}
      </Loaded>
    </Card>
  )
}

type AnswersProps = { comments: readonly Comment[]; to: string | null; version: CommentedVersion; may: boolean }

function Answers({ comments, to, version, may }: AnswersProps) {
  const own = comments.filter((each) => each.answers === to)
  if (own.length === 0) return null
  return (
    <ul className={to === null ? styles.thread : styles.answers}>
      {own.map((comment) => (
        <li key={comment.id}>
          <One comment={comment} version={version} may={may} />
          <Answers comments={comments} to={comment.id} version={version} may={may} />
        </li>
      ))}
    </ul>
  )
}

function One({ comment, version, may }: { comment: Comment; version: CommentedVersion; may: boolean }) {
  const [doing, setDoing] = useState<'answer' | 'change'>()
  const isMine = useMe() === comment.said_by
  const stands = comment.retracted_at === null
  const done = () => setDoing(undefined)
  return (
    <article className={styles.comment}>
      <header className={styles.by}>
        <strong>
          <PersonName id={comment.said_by} />
        </strong>
        <span className="quiet small">
          <Moment at={comment.said_at} />
          {!stands && ', taken back'}
        </span>
      </header>
      {doing === 'change' ? (
        <ChangeComment comment={comment} done={done} />
      ) : (
        <div className="human" data-taken-back={!stands || undefined}>
          {stands ? (
            <Markdown text={comment.text} />
          ) : (
            <Earlier texts={[comment]} label="Taken back; see what it said" />
          )}
        </div>
      )}
      {comment.earlier.length > 0 && (
        <Earlier texts={comment.earlier} label={`Changed, ${counted(comment.earlier.length, 'earlier text')}`} />
      )}
      {may && stands && doing === undefined && (
        <div className={styles.actions}>
          <Button kind="bare" onClick={() => setDoing('answer')}>
            Answer
          </Button>
          {isMine && (
            <Button kind="bare" onClick={() => setDoing('change')}>
              Change
            </Button>
          )}
        </div>
      )}
      {doing === 'answer' && (
        <CommentBox version={version} about={comment.about} answers={comment.id} label="Answer" done={done} />
      )}
    </article>
  )
}

function Earlier({ texts, label }: { texts: readonly { text: string; said_at: string }[]; label: string }) {
  return (
    <details className="small">
      <summary className="quiet">{label}</summary>
      {texts.map((each) => (
        <div key={each.said_at} className={styles.earlier}>
          <span className="quiet">
            <Moment at={each.said_at} form="both" />
          </span>
          <Markdown text={each.text} />
        </div>
      ))}
    </details>
  )
}
