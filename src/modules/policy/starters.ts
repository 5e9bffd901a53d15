import { readFile } from 'node:fs/promises'

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
