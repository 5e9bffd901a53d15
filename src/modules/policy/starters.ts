import { readFile } from 'node:fs/promises'
import type { Organisation } from './schema.ts'

const names = ['high-risk-people-decisions', 'medium-tier', 'low-tier']

/** The policies that a workspace begins with; each file has the name of its policy. */
export function starterTexts(): Promise<{ name: string; text: string }[]> {
  return Promise.all(
    names.map(async (name) => ({
      name,
      text: await readFile(new URL(`./starters/${name}.yaml`, import.meta.url), 'utf8'),
    })),
  )
}

/** What a kind of organisation changes in the starters; a small team begins with them as they are. */
const changedBy: Record<Organisation, readonly string[]> = {
  team: [],
  bank: ['medium-tier', 'low-tier'],
  public: ['medium-tier'],
  medical: ['medium-tier'],
}

/** The starters that a kind of organisation has in place of the usual ones. */
export function startersOf(organisation: Organisation): Promise<{ name: string; text: string }[]> {
  return Promise.all(
    changedBy[organisation].map(async (name) => ({
      name,
      text: await readFile(new URL(`./starters/${organisation}/${name}.yaml`, import.meta.url), 'utf8'),
    })),
  )
}
