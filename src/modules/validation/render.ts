import type { Block } from './report.ts'

/** As Markdown. Cells stay on one line; words of people stand as they wrote them. */
export function toMarkdown(blocks: readonly Block[]): string {
  return `${blocks.map(markdownOf).join('\n\n')}\n`
}

function markdownOf(block: Block): string {
  switch (block.kind) {
    case 'title':
      return `# ${inline(block.text)}`
    case 'heading':
      return `## ${inline(block.text)}`
    case 'sentence':
      return inline(block.text)
    case 'words':
      return `${block.text.trim()}\n\n— ${inline(block.by)}`
    case 'table': {
      const line = (cells: readonly string[]) => `| ${cells.map(inline).join(' | ')} |`
      return [line(block.head), line(block.head.map(() => '---')), ...block.rows.map(line)].join('\n')
    }
  }
}

/** Names and texts of others begin no markup of their own. */
function inline(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[\\|<>*_`[\]#]/g, '\\$&')
    .replaceAll(/^\\-\\-\\-$/g, '---')
}

/** As a page of its own that needs nothing else, and prints. */
export function toHtml(blocks: readonly Block[]): string {
  const title = blocks.find(({ kind }) => kind === 'title')
  const name = title?.kind === 'title' ? title.text : 'Validation'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(name)}</title>
<style>${style}</style>
</head>
<body>
${blocks.map(htmlOf).join('\n')}
</body>
</html>
`
}

const style =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:3rem auto;padding:0 1.5rem;color:#1c1c1a}h1{font-size:1.6rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}table{border-collapse:collapse;width:100%;font-size:13px}th,td{border-bottom:1px solid #d9d7d0;padding:.4rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{font-weight:600}blockquote{margin:.5rem 0;padding:.2rem 1rem;border-left:3px solid #9aa7b5;white-space:pre-wrap;font-family:Georgia,serif}cite{color:#5b5a55;font-size:13px}@media print{body{margin:0}}'

function htmlOf(block: Block): string {
  switch (block.kind) {
    case 'title':
      return `<h1>${escaped(block.text)}</h1>`
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`
    case 'sentence':
      return `<p>${escaped(block.text)}</p>`
    case 'words':
      return `<blockquote>${escaped(block.text.trim())}</blockquote><cite>${escaped(block.by)}</cite>`
    case 'table': {
      const row = (cells: readonly string[], tag: 'th' | 'td') =>
        `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`
      return `<table><thead>${row(block.head, 'th')}</thead><tbody>${block.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`
    }
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
