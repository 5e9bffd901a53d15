import { readFile } from 'node:fs/promises'

const names = ['high-risk-people-decisions', 'medium-tier', 'low-tier']

export function starterTexts(): Promise<string[]> {
  return Promise.all(names.map((name) => readFile(new URL(`./starters/${name}.yaml`, import.meta.url), 'utf8')))
}
