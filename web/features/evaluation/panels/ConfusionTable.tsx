import { Button } from '../../../ui/Button.tsx'
import { exportCsv } from '../../../ui/export.ts'
import type { Confusion } from '../results.ts'
import styles from './ConfusionTable.module.css'

/** Counts of what was predicted against what happened. */
export function ConfusionTable({ confusion }: { confusion: Confusion }) {
  const { tp, fp, tn, fn } = confusion
  return (
    <>
      <table className={styles.table}>
        <caption>Predicted against what happened, in rows</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className={styles.hidden}>What happened</span>
            </th>
            <th scope="col">predicted favourable</th>
            <th scope="col">predicted other</th>
            <th scope="col">all</th>
          </tr>
        </thead>
        <tbody>
          <Row name="was favourable" right={tp} wrong={fn} rightFirst />
          <Row name="was other" right={tn} wrong={fp} rightFirst={false} />
        </tbody>
      </table>
      <Button
        kind="bare"
        onClick={() => exportCsv('Confusion', columns, rowsOf(confusion))}
        aria-label="Export the confusion as CSV"
      >
        CSV
      </Button>
    </>
  )
}

type Count = { was: string; favourable: number; other: number }
const columns = [
  { key: 'was', header: 'was', value: (row: Count) => row.was },
  { key: 'favourable', header: 'predicted favourable', value: (row: Count) => row.favourable },
  { key: 'other', header: 'predicted other', value: (row: Count) => row.other },
]
const rowsOf = ({ tp, fp, tn, fn }: Confusion): Count[] => [
  { was: 'favourable', favourable: tp, other: fn },
  { was: 'other', favourable: fp, other: tn },
]

function Row(props: { name: string; right: number; wrong: number; rightFirst: boolean }) {
  const right = <td key="right">{props.right.toLocaleString('en')}</td>
  const wrong = (
    <td key="wrong" className={styles.wrong}>
      {props.wrong.toLocaleString('en')}
    </td>
  )
  return (
    <tr>
      <th scope="row">{props.name}</th>
      {props.rightFirst ? [right, wrong] : [wrong, right]}
      <td className={styles.sum}>{(props.right + props.wrong).toLocaleString('en')}</td>
    </tr>
  )
}
