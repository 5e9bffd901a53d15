import type { DatasetVersion } from '../../../src/modules/datasets/schema.ts'
import { KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { bytes, counted, Fact, Human } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import styles from './DatasetPeek.module.css'
import { contentAddress } from './queries.ts'

export function DatasetPeek({ dataset, onClose }: { dataset: DatasetVersion; onClose: () => void }) {
  return (
    <Peek title={dataset.name} onClose={onClose}>
      {dataset.description && <Human>{dataset.description}</Human>}
      <KeyValues>
        <Pair name="Digest">
          <Digest value={dataset.digest} />
        </Pair>
        <Pair name="Holds" wrap>
          {counted(dataset.rows, 'row')}, {counted(dataset.columns.length, 'column')}, {bytes(dataset.size)} of{' '}
          {dataset.format}
        </Pair>
        <Pair name="Stored" wrap>
          <Moment at={dataset.created_at} />, <PersonName id={dataset.created_by} />
        </Pair>
      </KeyValues>
      <p style={{ marginTop: 8 }}>
        <a href={contentAddress(dataset.digest)} download>
          Download the bytes
        </a>
      </p>
      <table className={styles.table}>
        <caption>Columns</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">Distinct</th>
            <th scope="col">Missing</th>
          </tr>
        </thead>
        <tbody>
          {dataset.columns.map((column) => (
            <tr key={column.name}>
              <td>
                <Fact>{column.name}</Fact>
              </td>
              <td>{column.type}</td>
              <td>{column.distinct.toLocaleString('en')}</td>
              <td>{column.missing.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Peek>
  )
}
