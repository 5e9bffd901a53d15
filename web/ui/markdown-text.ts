/** The Markdown that notes use: headings, lists, quotes, code, tables, rules; bold, italic, code and links in a line. */
export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'quote'; text: string }
  | { kind: 'list'; ordered: boolean; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] }
  | { kind: 'rule' }
  | { kind: 'paragraph'; text: string }

export type Inline =
  | { kind: 'text' | 'code' | 'strong' | 'emphasis'; text: string }
  | { kind: 'link'; text: string; to: string }

const item = /^\s*([-*+]|\d+[.)])\s+/
const fence = /^\s*(```|~~~)/

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split(/\r?\n/)
  const blocks: Block[] = []
  let at = 0
  const take = (goesOn: (line: string) => boolean): string[] => {
    const taken: string[] = []
    for (let line = lines[at]; line !== undefined && goesOn(line); line = lines[++at]) taken.push(line)
    return taken
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line)
    if (line.trim() === '') at++
    else if (fence.test(line)) {
      at++
      blocks.push({ kind: 'code', text: take((each) => !fence.test(each)).join('\n') })
      at++
    } else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' })
      at++
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      blocks.push({ kind: 'rule' })
      at++
    } else if (/^\s*>/.test(line)) {
      const quoted = take((each) => /^\s*>/.test(each)).map((each) => each.replace(/^\s*>\s?/, ''))
      blocks.push({ kind: 'quote', text: quoted.join(' ') })
    } else if (item.test(line)) {
      blocks.push(listOf(take((each) => item.test(each) || (/^\s+\S/.test(each) && !fence.test(each)))))
    } else if (line.includes('|') && /^[\s|:-]*-[\s|:-]*$/.test(lines[at + 1] ?? '')) {
      const [head = '', , ...rows] = take((each) => each.includes('|'))
      blocks.push({ kind: 'table', head: cellsOf(head), rows: rows.map(cellsOf) })
    } else {
      // The first line is taken whatever it looks like, so that every round gets on.
      const rest = [lines[at++] ?? '', ...take((each) => each.trim() !== '' && !begins(each))]
      blocks.push({ kind: 'paragraph', text: rest.join(' ') })
    }
  }
  return blocks
}

const begins = (line: string) => fence.test(line) || item.test(line) || /^(#{1,6}\s|\s*>)/.test(line)

function listOf(lines: readonly string[]): Block {
  const items: string[] = []
  for (const line of lines) {
    if (item.test(line)) items.push(line.replace(item, ''))
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  return { kind: 'list', ordered: /^\s*\d/.test(lines[0] ?? ''), items }
}

const cellsOf = (line: string) =>
  line
    .replace(/^\s*\||\|\s*$/g, '')
    .split('|')
    .map((cell) => cell.trim())

const marks =
  /`([^`]+)`|\*\*(\S[^*]*?)\*\*|__(\S[^_]*?)__|\*(\S[^*]*?)\*|!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)|(https?:\/\/[^\s<>()]+)/g

export function inlinesOf(text: string): Inline[] {
  const inlines: Inline[] = []
  let from = 0
  for (const match of text.matchAll(marks)) {
    const [whole, code, strong, strong2, emphasis, label, to, bare] = match
    if (match.index > from) inlines.push({ kind: 'text', text: text.slice(from, match.index) })
    from = match.index + whole.length
    if (code !== undefined) inlines.push({ kind: 'code', text: code })
    else if (strong ?? strong2) inlines.push({ kind: 'strong', text: strong ?? strong2 ?? '' })
    else if (emphasis) inlines.push({ kind: 'emphasis', text: emphasis })
    else if (bare) inlines.push({ kind: 'link', text: bare, to: bare })
    else inlines.push(linkOf(whole, label || to || '', to ?? ''))
  }
  if (from < text.length) inlines.push({ kind: 'text', text: text.slice(from) })
  return inlines
}

/** Only addresses of the web are links; images are named, not fetched. */
function linkOf(whole: string, text: string, to: string): Inline {
  if (!/^https?:\/\//i.test(to)) return { kind: 'text', text: whole }
  return { kind: 'link', text, to }
}
