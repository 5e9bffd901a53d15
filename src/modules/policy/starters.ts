import { readFile } from 'node:fs/promises'
import { Organisation, type StarterPolicy } from './schema.ts'
import { sentencesOf } from './sentences.ts'
import { parsePolicy } from './text.ts'

const names = ['high-risk-people-decisions', 'medium-tier', 'low-tier']

/** The policies that a workspace begins with; each file has the name of its policy. */
export function starterTexts(): Promise<Starter[]> {
  return Promise.all(names.map((name) => starter(name, '')))
}

export type Starter = { readonly name: string; readonly text: string; readonly tests: string }

/** A starter lies with its tests beside it. */
async function starter(name: string, folder: string): Promise<Starter> {
  const read = (ending: string) => readFile(new URL(`./starters/${folder}${name}${ending}`, import.meta.url), 'utf8')
  const [text, tests] = await Promise.all([read('.yaml'), read('.tests.yaml')])
  return { name, text, tests }
}

/** What a kind of organisation changes in the starters; a small team begins with them as they are. */
const changedBy: Record<Organisation, readonly string[]> = {
  team: [],
  bank: ['medium-tier', 'low-tier'],
  public: ['medium-tier'],
  medical: ['medium-tier'],
  research: ['medium-tier', 'low-tier'],
}

/** The starters that a kind of organisation has in place of the usual ones. */
export function startersOf(organisation: Organisation): Promise<Starter[]> {
  return Promise.all(changedBy[organisation].map((name) => starter(name, `${organisation}/`)))
}

/** Everything that an organisation of a kind would begin with, by kind: what to start a policy from. */
export async function starterGallery(): Promise<StarterPolicy[]> {
  const kinds = await Promise.all(
    Organisation.options.map(async (organisation) => {
      const own = await startersOf(organisation)
      const usual = (await starterTexts()).filter(({ name }) => !own.some((each) => each.name === name))
      return [...usual, ...own].map((each): StarterPolicy => {
        const document = documentOf(each.text)
        return {
          organisation,
          ...each,
          title: document.title,
          description: document.description ?? '',
          sentences: sentencesOf(document),
        }
      })
    }),
  )
  return kinds.flat()
}

function documentOf(text: string) {
  const parsed = parsePolicy(text)
  if (parsed.outcome === 'refused') throw new Error(`a starter cannot be read: ${JSON.stringify(parsed.problems)}`)
  return parsed.document
}
