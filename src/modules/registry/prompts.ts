import { Readable } from 'node:stream'
import { badRequest, forbidden } from '../../lib/errors.ts'
import type { Actor } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Draft } from './draft.ts'
import type { RegistryParts } from './parts.ts'
import type { FileEntry, Model, ModelKind, Tag } from './schema.ts'

/** What MLflow's clients mark a prompt and its versions with. */
export const promptTag = 'mlflow.prompt.is_prompt'
const textTag = 'mlflow.prompt.text'
const typeTag = '_mlflow_prompt_type'
const formatTag = '_mlflow_prompt_response_format'

/** Tags that say what the prompt is. They are its content, so the digest covers them and they never change. */
const contentTags: ReadonlySet<string> = new Set([promptTag, textTag, typeTag, formatTag])

export const isPromptTag = ({ key, value }: Tag): boolean => key === promptTag && value.toLowerCase() === 'true'
export const kindOf = (tags: readonly Tag[]): ModelKind => (tags.some(isPromptTag) ? 'prompt' : 'model')

/**
 * The version of a prompt: its files are the text, and the form of the answer where one is asked for. Their digests seal it
 * as files seal a model's version.
 */
export async function draftPrompt({ artifacts }: RegistryParts, actor: Actor, tags: readonly Tag[]): Promise<Draft> {
  const tagged = (key: string) => tags.find((tag) => tag.key === key)?.value
  const text = tagged(textTag)
  if (text === undefined) {
    throw badRequest(`A version of a prompt needs its text, in the tag '${textTag}'.`)
  }
  const store = async (path: string, content: string, media_type: string): Promise<FileEntry> => {
    const { digest, size } = await artifacts.blobs.put(Readable.from([Buffer.from(content)]))
    return { path, size, sha256: digest, media_type }
  }
  const isChat = tagged(typeTag) === 'chat'
  const format = tagged(formatTag)
  const files = [
    isChat ? await store('prompt.json', text, 'application/json') : await store('prompt.txt', text, 'text/plain'),
    ...(format === undefined ? [] : [await store('response_format.json', format, 'application/json')]),
  ]
  return {
    manifest: { format: 'modelkeep-manifest-1', files, run: null, datasets: [], signature: null },
    facts: { flavors: [], mlmodel: null, onnx: null, problems: [] },
    path: undefined,
    location: '',
    developers: [actor.id as PersonId],
  }
}

/** A model's version is not a prompt's, whatever its tags say, and the other way round. */
export function demandKind(model: Model, tags: readonly Tag[]): void {
  const kind = kindOf(tags)
  if (kind === model.kind) return
  throw badRequest(
    model.kind === 'prompt'
      ? `'${model.name}' is a prompt: its versions carry the tag '${promptTag}', and a model cannot be registered in it.`
      : `'${model.name}' is a registered model, not a prompt: it takes no version of a prompt.`,
  )
}

/** What is a prompt is said when it is made. */
export function demandSameKind(model: Model, key: string, value: string | undefined): void {
  if (key !== promptTag || (model.kind === 'prompt') === (value?.toLowerCase() === 'true')) return
  throw badRequest(`The tag '${promptTag}' is given when a prompt or a model is made, and stays.`)
}

export function demandSameContent(kind: ModelKind, held: readonly Tag[], key: string, value: string | undefined): void {
  if (!contentTags.has(key)) return
  if (kind === 'model') {
    if (key === promptTag && value?.toLowerCase() === 'true') throw badRequest('A model is not a prompt.')
    return
  }
  if (held.find((tag) => tag.key === key)?.value === value) return
  throw forbidden(`the tag ${key} is the content of a prompt's version, which is sealed; register another version`, {
    rule: 'sealed',
  })
}
