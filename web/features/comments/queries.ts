import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { Comment, type CommentInput, type CommentSubject, SaidComment } from '../../../src/modules/comments/schema.ts'
import { at, get, send } from '../../api/http.ts'

export type CommentedVersion = { model: string; version: number }

export const commentsOf = ({ model, version }: CommentedVersion) =>
  queryOptions({
    queryKey: ['comments', model, version],
    queryFn: async () =>
      (await get(at(['models', model, 'versions', version, 'comments']), z.object({ comments: z.array(Comment) })))
        .comments,
  })

export const say = ({ model, version }: CommentedVersion, input: CommentInput) =>
  send('POST', at(['models', model, 'versions', version, 'comments']), SaidComment, input)

export const changeComment = (id: string, text: string) => send('PATCH', at(['comments', id]), SaidComment, { text })

export const retractComment = (id: string) => send('POST', at(['comments', id, 'retract']), Comment)

export function isAbout(comment: Pick<Comment, 'about'>, subject: CommentSubject): boolean {
  return subjectKey(comment.about) === subjectKey(subject)
}

export function subjectKey(about: CommentSubject): string {
  return about.kind === 'requirement' ? `${about.environment}/${about.policy}/${about.rule}` : about.id
}
