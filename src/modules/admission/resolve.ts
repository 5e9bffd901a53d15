import type { Db } from '../../db/database.ts'
import { findVersion, linesOfDigest, linesOfImage, linesOfLocation } from '../registry/index.ts'
import type { ModelVersion } from '../registry/schema.ts'
import type { Reference } from './question.ts'

type Known = Pick<ModelVersion, 'id' | 'model' | 'version' | 'digest'>

export type Resolved = {
  /** Each version once. */
  versions: Known[]
  problems: string[]
  /** What is worth knowing and stops nothing. */
  notes: string[]
}

/**
 * The versions that a workload names. What it says in words comes first: where bytes, an image or a place lead to several
 * versions, it is the one that was named, if that is among them. An image or a place that leads to none says nothing,
 * unless the place can only be here.
 */
export async function resolve(db: Db, references: readonly Reference[]): Promise<Resolved> {
  const found = new Map<string, Known>()
  const problems: string[] = []
  const notes: string[] = []
  for (const reference of references) {
    if (reference.kind === 'problem') problems.push(reference.message)
    if (reference.kind !== 'version') continue
    const { model, version, digest, where } = reference
    const isNumber = /^[1-9]\d{0,8}$/.test(version)
    const line = await findVersion(db, model, isNumber ? Number(version) : version)
    if (!line) problems.push(`${where} names ${model} version ${version}, which is not registered`)
    else found.set(line.id, line)
    if (line && digest !== null && line.digest !== digest) {
      problems.push(`${where} names ${digest}, and ${model} version ${line.version} has ${line.digest}`)
    }
    if (line && !isNumber) {
      notes.push(`${where} names the alias ${version}, which is version ${line.version} now and may move`)
    }
  }
  for (const reference of references) {
    if (reference.kind === 'problem' || reference.kind === 'version') continue
    const lines = await candidatesOf(db, reference)
    const [newest] = lines
    if (!newest) problems.push(...nothingAt(reference))
    // An image may serve several versions at once, and each of them runs.
    else if (reference.kind === 'image') for (const line of lines) found.set(line.id, line)
    else if (!lines.some(({ id }) => found.has(id))) found.set(newest.id, newest)
  }
  return { versions: [...found.values()], problems: problems.map(short), notes: notes.map(short) }
}

type Elsewhere = Exclude<Reference, { kind: 'problem' | 'version' }>

async function candidatesOf(db: Db, reference: Elsewhere): Promise<Known[]> {
  switch (reference.kind) {
    case 'digest': {
      const lines = await linesOfDigest(db, reference.digest)
      return reference.model === null ? lines : lines.filter(({ model }) => model === reference.model)
    }
    case 'image':
      return linesOfImage(db, reference.image)
    case 'location':
      return linesOfLocation(db, reference.uri)
  }
}

function nothingAt(reference: Elsewhere): string[] {
  const { where } = reference
  switch (reference.kind) {
    case 'digest':
      return [`${where} names ${reference.digest}, which no version ${ofModel(reference.model)}has`]
    case 'location':
      return reference.ours ? [`${where} is ${reference.uri}, where no registered version has its files`] : []
    case 'image':
      return []
  }
}

/** What a workload says has no longest length, and is repeated in answers and events. */
const short = (text: string) => (text.length <= 500 ? text : `${text.slice(0, 499)}…`)

const ofModel = (model: string | null) => (model === null ? '' : `of ${model} `)
