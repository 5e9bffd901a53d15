import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** The rules whose outcome depends on colours: of the second theme everything else is as in the first. */
export const colourRules = ['color-contrast', 'link-in-text-block']

type Looked = {
  /** All of axe's rules, or these alone. */
  readonly rules?: readonly string[]
  /** The whole page, or the part that this selector finds. */
  readonly within?: string
}

type Violation = { readonly id: string; readonly nodes: readonly { readonly target: readonly string[] }[] }

/**
 * What axe finds wrong with access to a page, rule by rule, with the places; empty where nothing is. Its half a megabyte is
 * put into a page once, however often that page is looked at.
 */
export async function faultsOf(page: Page, { rules, within }: Looked = {}): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source)
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) }
  const context = within === undefined ? 'document' : JSON.stringify(within)
  const violations = await page.evaluate<Violation[]>(
    `axe.run(${context}, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target }) => ({ target: target.flat() })) })))`,
  )
  return violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}
