import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Card } from '../../ui/Card.tsx'
import { CopyButton } from '../../ui/Copy.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Markdown } from '../../ui/Markdown.tsx'
import { ScrollRegion } from '../../ui/ScrollRegion.tsx'
import { Loaded } from '../../ui/States.tsx'
import { textOf } from '../../ui/Value.tsx'
import { bytes } from '../../ui/Voice.tsx'
import styles from './ArtifactsTab.module.css'
import { csvRows } from './csv.ts'
import { nameOf } from './file-name.ts'
import { fileAddress, fileText } from './queries.ts'

type Kind = 'image' | 'table' | 'markdown' | 'json' | 'text' | 'other'
type Props = { runId: string; path: string; size: number | undefined }

/** A look into a file. It is read as data: nothing in it is run, and nothing of it becomes part of the page's code. */
export function FilePreview({ runId, path, size }: Props) {
  const kind = kindOf(path)
  const address = fileAddress(runId, path)
  return (
    <Card
      title={nameOf(path)}
      flush={kind === 'table'}
      actions={
        <a href={address} download={nameOf(path)}>
          Download{size === undefined ? '' : `, ${bytes(size)}`}
        </a>
      }
    >
      {kind === 'image' && <Picture address={address} name={nameOf(path)} />}
      {kind === 'other' && <p className="quiet">There is no preview of files of this kind.</p>}
      {kind !== 'image' && kind !== 'other' && <Read runId={runId} path={path} kind={kind} />}
    </Card>
  )
}

function Picture({ address, name }: { address: string; name: string }) {
  const [broken, setBroken] = useState(false)
  if (broken) return <p className="quiet">This file cannot be shown as an image.</p>
  return <img src={address} alt={name} className={styles.image} onError={() => setBroken(true)} />
}

function Read({ runId, path, kind }: { runId: string; path: string; kind: Exclude<Kind, 'image' | 'other'> }) {
  const query = useQuery(fileText(runId, path))
  return (
    <Loaded query={query} lines={6} what={nameOf(path)}>
      {({ text, cut }) => (
        <>
          <Content path={path} kind={kind} text={text} cut={cut} />
          {cut && (
            <p className="quiet small" style={{ padding: kind === 'table' ? '0 14px' : 0 }}>
              Only the beginning is shown.
            </p>
          )}
        </>
      )}
    </Loaded>
  )
}

const mostRows = 100

function Content({ path, kind, text, cut }: { path: string; kind: Kind; text: string; cut: boolean }) {
  if (text === '') return <p className="quiet">The file is empty.</p>
  if (kind === 'markdown') return <Markdown text={text} />
  if (kind === 'table') return <Rows path={path} text={text} />
  const shown = kind === 'json' && !cut ? textOf(text) : text
  return (
    <>
      <div style={{ textAlign: 'right' }}>
        <CopyButton text={shown} what={nameOf(path)} />
      </div>
      <ScrollRegion label={nameOf(path)} className={styles.text}>
        <pre>{shown}</pre>
      </ScrollRegion>
    </>
  )
}

type Line = { place: number; cells: readonly string[] }

function Rows({ path, text }: { path: string; text: string }) {
  const [head = [], ...rows] = csvRows(text, path.endsWith('.tsv') ? '\t' : ',', mostRows + 1)
  const lines = rows.map((cells, place): Line => ({ place, cells }))
  const columns = head.map(
    (header, place): Column<Line> => ({
      key: `${place}`,
      header,
      align: isNumber(lines[0]?.cells[place]) ? 'right' : 'left',
      cell: (line) => line.cells[place] ?? '',
      value: (line) => line.cells[place] ?? '',
    }),
  )
  return (
    <DataTable
      label={`First rows of ${nameOf(path)}`}
      columns={columns}
      rows={lines}
      rowKey={(line) => String(line.place)}
      unit="row"
      keyboard={false}
    />
  )
}

const isNumber = (text: string | undefined) => text !== undefined && text !== '' && Number.isFinite(Number(text))

const endings: readonly [Kind, RegExp][] = [
  ['image', /\.(png|jpe?g|gif|webp|svg|bmp)$/i],
  ['table', /\.(csv|tsv)$/i],
  ['markdown', /\.(md|markdown)$/i],
  ['json', /\.(json|ipynb|geojson)$/i],
  [
    'text',
    /(\.(txt|log|ya?ml|toml|ini|cfg|py|r|sh|sql|js|ts|html?|xml|css|jsonl|ndjson|java|scala|env|lock|rst|conf|out|err)|(^|\/)(MLmodel|Dockerfile|Makefile|LICENSE|README|requirements))$/i,
  ],
]

const kindOf = (path: string): Kind => endings.find(([, pattern]) => pattern.test(path))?.[0] ?? 'other'
