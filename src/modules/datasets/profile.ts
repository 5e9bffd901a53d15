import { Worker } from 'node:worker_threads'
import { programBeside } from '../../lib/program-beside.ts'
import { createTurns } from '../../lib/turns.ts'
import type { Column, DatasetPreview, TableFormat } from './schema.ts'

export type ProfileTask = { readonly path: string; readonly format: TableFormat }

export type TableTask = ProfileTask & { readonly preview: number | null }

type Unreadable = { readonly outcome: 'unreadable'; readonly reason: string }
export type Profile = { readonly outcome: 'read'; readonly rows: number; readonly columns: Column[] } | Unreadable
export type Preview = { readonly outcome: 'read'; readonly preview: DatasetPreview } | Unreadable

const longest = 120_000
const inTurn = createTurns(2)

const worker = programBeside(import.meta.url, 'profile-worker')

/** Columns, types and counts of a table, read by DuckDB in a thread of its own. */
export function profileTable(task: ProfileTask): Promise<Profile> {
  return inTurn(() => runWorker<Profile>({ ...task, preview: null }))
}

/** The first rows of a table, read likewise. */
export function previewTable(task: ProfileTask, rows: number): Promise<Preview> {
  return inTurn(() => runWorker<Preview>({ ...task, preview: rows }))
}

function runWorker<Answer extends Profile | Preview>(task: TableTask): Promise<Answer | Unreadable> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(worker, { workerData: task, resourceLimits: { maxOldGenerationSizeMb: 256 } })
    const timer = setTimeout(() => {
      resolve({ outcome: 'unreadable', reason: 'reading the table took too long' })
      void thread.terminate()
    }, longest)
    thread.once('message', (answer: Answer) => {
      clearTimeout(timer)
      resolve(answer)
      void thread.terminate()
    })
    thread.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    thread.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the profile thread ended with ${code}`))
    })
  })
}
