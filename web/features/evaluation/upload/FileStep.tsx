import { NativeSelect, Progress } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useRef, useState } from 'react'
import type { DatasetVersion } from '../../../../src/modules/datasets/schema.ts'
import type { ModelVersion } from '../../../../src/modules/registry/schema.ts'
import type { Upload } from '../../../api/upload.ts'
import { Button } from '../../../ui/Button.tsx'
import { Card } from '../../../ui/Card.tsx'
import { EmptyState, ErrorState } from '../../../ui/States.tsx'
import { bytes, counted } from '../../../ui/Voice.tsx'
import { useMay } from '../../access/people.tsx'
import { datasets, storeTable } from '../../datasets/queries.ts'
import styles from './EvaluatePage.module.css'
import { tableFile } from './table-file.ts'

type Props = { version: ModelVersion; chosen: (digest: DatasetVersion['digest']) => void }

/** A table from this machine, or one that is stored. */
export function FileStep({ version, chosen }: Props) {
  const may = useMay()
  const { data: stored = [] } = useQuery(datasets)
  const [digest, setDigest] = useState('')
  const picked = stored.find((each) => each.digest === digest) ?? stored[0]
  return (
    <div className={styles.narrow}>
      {may('datasets.write') ? (
        <Drop chosen={chosen} />
      ) : (
        <EmptyState title="You may not store tables.">
          Choose one that is stored, or ask for a role with the permission datasets.write.
        </EmptyState>
      )}
      {picked && (
        <Card title="Or a table that is stored">
          <form
            className={styles.stored}
            onSubmit={(event) => {
              event.preventDefault()
              chosen(picked.digest)
            }}
          >
            <NativeSelect
              size="sm"
              aria-label="Stored table"
              value={picked.digest}
              onChange={(event) => setDigest(event.currentTarget.value)}
              data={stored.map((each) => ({
                value: each.digest,
                label: `${each.name}, ${counted(each.rows, 'row')}`,
              }))}
            />
            <Button type="submit">Use this table</Button>
          </form>
        </Card>
      )}
      <p className="small quiet">
        A table with predictions needs no model file. One without is scored by the ONNX file of {version.model}{' '}
        {version.version}.
      </p>
    </div>
  )
}

function Drop({ chosen }: Pick<Props, 'chosen'>) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const running = useRef<Upload<DatasetVersion>>(undefined)
  const client = useQueryClient()
  const [over, setOver] = useState(false)
  const [refused, setRefused] = useState<string>()
  const [file, setFile] = useState<File>()
  const [share, setShare] = useState(0)
  const store = useMutation({
    mutationFn: ({ file, name, format }: { file: File; name: string; format: DatasetVersion['format'] }) => {
      running.current = storeTable({ name, format }, file, setShare)
      return running.current.answer
    },
    onSuccess: async ({ digest }) => {
      await client.invalidateQueries({ queryKey: ['datasets', 'list'] })
      chosen(digest)
    },
  })

  function take(next: File | undefined) {
    if (!next) return
    store.reset()
    const table = tableFile(next)
    setRefused(table.outcome === 'refused' ? table.reason : undefined)
    setFile(next)
    if (table.outcome === 'table') {
      setShare(0)
      store.mutate({ file: next, name: table.name, format: table.format })
    }
  }
  function cancel() {
    running.current?.cancel()
    store.reset()
    setFile(undefined)
    if (input.current) input.current.value = ''
  }

  return (
    <>
      {/* The drop is a convenience; the button inside does the same for keyboard and screen reader. */}
      <section
        aria-labelledby={id}
        className={over ? `${styles.drop} ${styles.over}` : styles.drop}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          if (!store.isPending) take(event.dataTransfer.files[0])
        }}
      >
        {store.isPending && file ? (
          <div className={styles.sending}>
            <p id={id} className={styles.dropTitle}>
              {share < 1 ? `Sending ${file.name}` : `Reading ${file.name}`}
            </p>
            <Progress
              value={share * 100}
              striped={share === 1}
              aria-label={`Sending ${file.name}`}
              size="sm"
              transitionDuration={120}
            />
            <p className="small quiet" aria-live="polite">
              {share < 1
                ? `${bytes(file.size * share)} of ${bytes(file.size)}`
                : 'It is all there. The server counts its rows and columns.'}
            </p>
            <Button onClick={cancel}>Cancel</Button>
          </div>
        ) : (
          <>
            <p id={id} className={styles.dropTitle}>
              Drop a table of predictions here
            </p>
            <p className="small quiet">
              CSV, Parquet or JSON, with what was true, what was predicted, and who belongs to which group.
            </p>
            <input
              ref={input}
              type="file"
              accept=".csv,.parquet,.json"
              className={styles.hidden}
              tabIndex={-1}
              aria-label="A table of predictions"
              onChange={(event) => take(event.currentTarget.files?.[0])}
            />
            <Button kind="go" onClick={() => input.current?.click()}>
              Choose a file
            </Button>
          </>
        )}
      </section>
      {refused && (
        <p role="alert" className={styles.refused}>
          {refused}
        </p>
      )}
      {store.error && <ErrorState error={store.error} what={file ? `${file.name} was not stored` : 'Not stored'} />}
    </>
  )
}
