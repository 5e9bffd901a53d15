import type { ReactNode } from 'react'
import styles from './Markdown.module.css'
import { type Block, blocksOf, type Inline, inlinesOf } from './markdown-text.ts'

/** Markdown as elements. Nothing in it becomes HTML of its own: tags are text, links go to web addresses only, images are named. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.markdown}>{blocksOf(text).map((block, place) => keyed(place, <One block={block} />))}</div>
  )
}

/** Pieces of a text have no ids but their place. */
const keyed = (place: number, node: ReactNode) => <Piece key={`piece-${place}`}>{node}</Piece>
const Piece = ({ children }: { children: ReactNode }) => <>{children}</>

function One({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return block.level <= 2 ? (
        <h3>
          <Text text={block.text} />
        </h3>
      ) : (
        <h4>
          <Text text={block.text} />
        </h4>
      )
    case 'code':
      return <pre className={styles.code}>{block.text}</pre>
    case 'quote':
      return (
        <blockquote>
          <Text text={block.text} />
        </blockquote>
      )
    case 'list': {
      const items = block.items.map((item, place) =>
        keyed(
          place,
          <li>
            <Text text={item} />
          </li>,
        ),
      )
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>
    }
    case 'table':
      return <Table head={block.head} rows={block.rows} />
    case 'rule':
      return <hr />
    case 'paragraph':
      return (
        <p>
          <Text text={block.text} />
        </p>
      )
  }
}

function Table({ head, rows }: { head: readonly string[]; rows: readonly (readonly string[])[] }) {
  return (
    <table>
      <thead>
        <tr>{head.map((cell, place) => keyed(place, <th scope="col">{<Text text={cell} />}</th>))}</tr>
      </thead>
      <tbody>
        {rows.map((row, place) =>
          keyed(place, <tr>{row.map((cell, column) => keyed(column, <td>{<Text text={cell} />}</td>))}</tr>),
        )}
      </tbody>
    </table>
  )
}

const Text = ({ text }: { text: string }) => (
  <>{inlinesOf(text).map((inline, place) => keyed(place, <Small inline={inline} />))}</>
)

function Small({ inline }: { inline: Inline }) {
  switch (inline.kind) {
    case 'text':
      return <>{inline.text}</>
    case 'code':
      return <code className="fact">{inline.text}</code>
    case 'strong':
      return <strong>{inline.text}</strong>
    case 'emphasis':
      return <em>{inline.text}</em>
    case 'link':
      return (
        <a href={inline.to} rel="noreferrer noopener nofollow" target="_blank">
          {inline.text}
        </a>
      )
  }
}
