import { FileInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { people } from '../access/queries.ts'
import { inventory } from '../registry/queries.ts'
import { systems } from '../systems/queries.ts'
import { bring } from './bring.ts'
import { type Line, readSpreadsheet } from './spreadsheet.ts'

const tones: Record<Line['verdict'], { tone: ToneName; word: string }> = {
  new: { tone: 'met', word: 'new' },
  there: { tone: 'unknown', word: 'there already' },
  problem: { tone: 'attention', word: 'problem' },
}

/** A list of models and systems: read and shown first, written when somebody says so. */
export function SpreadsheetForm() {
  const client = useQueryClient()
  const { data: page } = useQuery(inventory({ limit: 200, sort: 'name' }))
  const { data: known } = useQuery(systems({}))
  const { data: everyone } = useQuery(people)
  const [text, setText] = useState<string>()
  const logins = new Map((everyone ?? []).map(({ login, id }) => [login, id as string]))
  const read =
    text === undefined
      ? undefined
      : readSpreadsheet(text, {
          names: {
            model: new Set(page?.rows.map(({ model }) => model.name)),
            system: new Set(known?.map(({ name }) => name)),
          },
          logins: new Set(logins.keys()),
        })
  const write = useMutation({
    mutationFn: async (lines: readonly Line[]) => {
      for (const { entry } of lines) await bring(entry, logins)
      return lines.length
    },
    onSettled: () => client.invalidateQueries(),
    onSuccess: () => setText(undefined),
  })
  const ready = page && known && everyone
  const fresh = read?.outcome === 'read' ? read.lines.filter(({ verdict }) => verdict === 'new') : []
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>
        A CSV file with a column <b>name</b>, and <b>purpose</b>, <b>tier</b>, <b>owner</b> and <b>kind</b> (model or
        system) where there are any. It is read here first; nothing is written yet.
      </p>
      <FileInput
        label="CSV file"
        placeholder="Choose a file"
        size="sm"
        accept=".csv,.tsv,text/csv,text/tab-separated-values"
        disabled={!ready}
        clearable
        clearButtonProps={{ 'aria-label': 'Take another file' }}
        onChange={async (file) => setText(await file?.text())}
      />
      {read?.outcome === 'refused' && <p role="alert">{read.why}</p>}
      {read?.outcome === 'read' && (
        <>
          <p role="status" style={{ margin: 0 }}>
            {counted(fresh.length, 'row')} would be written, {counted(count(read.lines, 'there'), 'is', 'are')} there
            already, {counted(count(read.lines, 'problem'), 'has a problem', 'have problems')}.
          </p>
          <ul className="small" style={{ maxHeight: 220, overflow: 'auto', margin: 0, padding: 0, listStyle: 'none' }}>
            {read.lines.slice(0, 500).map(({ line, entry, verdict, why }) => (
              <li key={line} className="row" style={{ justifyContent: 'space-between' }}>
                <span>
                  <span className="quiet">line {line}</span> {entry.name || '(no name)'}{' '}
                  <span className="quiet">
                    {entry.kind}
                    {entry.tier ? `, ${entry.tier} tier` : ''}
                  </span>
                </span>
                <span>
                  <Tone tone={tones[verdict].tone}>{tones[verdict].word}</Tone>
                  {verdict === 'problem' && <span> {why}</span>}
                </span>
              </li>
            ))}
          </ul>
          <div>
            <Button kind="go" disabled={fresh.length === 0} busy={write.isPending} onClick={() => write.mutate(fresh)}>
              Write {counted(fresh.length, 'row')}
            </Button>
          </div>
        </>
      )}
      {write.error && <ErrorState error={write.error} />}
      {write.isSuccess && text === undefined && (
        <p role="status" style={{ margin: 0 }}>
          <Tone tone="met">written</Tone> {counted(write.data, 'row')}. What is missing shows as a gap in the inventory.
        </p>
      )}
    </div>
  )
}

const count = (lines: readonly Line[], verdict: Line['verdict']) =>
  lines.filter((each) => each.verdict === verdict).length
