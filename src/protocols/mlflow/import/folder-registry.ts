import { join } from 'node:path'
import type { ModelRecord, Read, VersionRecord } from '../../../modules/imports/index.ts'
import type { ImportProblem } from '../../../modules/imports/schema.ts'
import { foldersIn, problemOf, readPairs } from './folder-values.ts'
import { deletedStage, number, text } from './values.ts'
import { readMeta } from './yaml.ts'

const versionFolder = /^version-(\d+)$/

/** Registered models of a store of files: a folder each, with tags, aliases and versions below. */
export async function* readFolderModels(folder: string): AsyncGenerator<Read<ModelRecord>> {
  for (const name of await foldersIn(folder)) {
    const path = join(folder, name)
    const read = await readMeta(join(path, 'meta.yaml'))
    if (!read) continue
    if ('reason' in read) {
      yield { problem: problemOf('model', name, 'meta_unreadable', read.reason) }
      continue
    }
    const problems: ImportProblem[] = []
    const about = { kind: 'model' as const, id: name, problems }
    const tags = await readPairs(join(path, 'tags'), about)
    const aliases = await readPairs(join(path, 'aliases'), about)
    for (const problem of problems) yield { problem, alsoRefused: false }
    const { meta } = read
    yield {
      record: {
        name: text(meta.name) || name,
        description: text(meta.description),
        created_at: number(meta.creation_timestamp),
        updated_at: number(meta.last_updated_timestamp),
        tags,
        aliases: aliases.map(({ key, value }) => ({ alias: key, version: Number(value.trim()) })),
        last_version: Math.max(0, ...(await numbersIn(path))),
      },
    }
  }
}

export async function* readFolderVersions(folder: string): AsyncGenerator<Read<VersionRecord>> {
  for (const name of await foldersIn(folder)) {
    for (const version of await numbersIn(join(folder, name))) {
      const path = join(folder, name, `version-${version}`)
      const subject = `${name} ${version}`
      const read = await readMeta(join(path, 'meta.yaml'))
      if (!read || 'reason' in read) {
        yield { problem: problemOf('version', subject, 'meta_unreadable', read?.reason ?? 'it has no meta.yaml') }
        continue
      }
      const { meta } = read
      if (meta.current_stage === deletedStage) continue
      const problems: ImportProblem[] = []
      const tags = await readPairs(join(path, 'tags'), { kind: 'version', id: subject, problems })
      for (const problem of problems) yield { problem, alsoRefused: false }
      const source = text(meta.source)
      yield {
        record: {
          model: text(meta.name) || name,
          version,
          description: text(meta.description),
          user: text(meta.user_id),
          stage: text(meta.current_stage) || 'None',
          status: text(meta.status) || 'READY',
          source,
          location: text(meta.storage_location) || source,
          run_id: text(meta.run_id) || null,
          run_link: text(meta.run_link),
          created_at: number(meta.creation_timestamp),
          updated_at: number(meta.last_updated_timestamp),
          tags,
        },
      }
    }
  }
}

async function numbersIn(folder: string): Promise<number[]> {
  const numbers = (await foldersIn(folder)).flatMap((name) => {
    const [, digits] = versionFolder.exec(name) ?? []
    return digits === undefined ? [] : [Number(digits)]
  })
  return numbers.sort((a, b) => a - b)
}
