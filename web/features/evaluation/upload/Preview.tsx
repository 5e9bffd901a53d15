import { useQuery } from '@tanstack/react-query'
import { Card } from '../../../ui/Card.tsx'
import { ScrollRegion } from '../../../ui/ScrollRegion.tsx'
import { ErrorState, Skeleton } from '../../../ui/States.tsx'
import { counted } from '../../../ui/Voice.tsx'
import { dataset, preview } from '../../datasets/queries.ts'
import styles from './EvaluatePage.module.css'

const shownRows = 6

/** The first rows, with what each column stands for in its head. */
export function Preview({ digest, roles }: { digest: string; roles: ReadonlyMap<string, string> }) {
  const table = useQuery(dataset(digest))
  const first = useQuery(preview(digest, shownRows))
  const { data } = first
  // Rows of a file have no other name than their place.
  let numbered = 0
  return (
    <Card
      title={table.data ? `${table.data.name}, ${counted(table.data.rows, 'row')}` : 'The table'}
      actions={
        data && table.data && table.data.rows > data.rows.length ? (
          <span className="small quiet">first {data.rows.length}</span>
        ) : undefined
      }
      flush
    >
      {first.error ? (
        <ErrorState error={first.error} what="Its rows cannot be shown" />
      ) : !data ? (
        <div className={styles.pad}>
          <Skeleton lines={4} />
        </div>
      ) : (
        <ScrollRegion className={styles.scroll} label="First rows of the table">
          <table className={styles.preview}>
            <thead>
              <tr>
                {data.columns.map((name) => (
                  <th key={name} scope="col" className={roles.has(name) ? styles.used : undefined}>
                    {name}
                    <span className={styles.role}>{roles.get(name) ?? ''}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.rows
                .map((row) => ({ row, key: `${numbered++}` }))
                .map(({ row, key }) => (
                  <tr key={key}>
                    {row.map((cell, at) => (
                      <td
                        key={data.columns[at]}
                        className={roles.has(data.columns[at] ?? '') ? styles.used : undefined}
                      >
                        {cell ?? <span className="quiet">no value</span>}
                      </td>
                    ))}
                  </tr>
                ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      {data && data.more_columns > 0 && (
        <p className={`small quiet ${styles.pad}`}>and {counted(data.more_columns, 'further column')}</p>
      )}
    </Card>
  )
}
