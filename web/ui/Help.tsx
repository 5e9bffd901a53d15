import { Modal, Switch } from '@mantine/core'
import { Keys } from './Button.tsx'
import styles from './Help.module.css'
import { currentBindings, setKeysEnabled, useKeysEnabled } from './keys.ts'

/** Lists what works on this page, and lets single keys be turned off (WCAG 2.1.4). */
export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const enabled = useKeysEnabled()
  const bindings = opened ? currentBindings() : []
  const here = bindings.filter((binding) => !binding.keys.startsWith('g '))
  const going = bindings.filter((binding) => binding.keys.startsWith('g '))
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="What works here"
      size={520}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={styles.columns}>
        <KeyList title="On this page" bindings={here} />
        <KeyList title="Sections" bindings={going} />
      </div>
      <p className="small quiet">
        Ctrl K or ⌘ K finds anything, always. Every key has a button or a link that does the same.
      </p>
      <Switch
        checked={enabled}
        onChange={(event) => setKeysEnabled(event.currentTarget.checked)}
        label="Single keys are on"
        size="sm"
      />
    </Modal>
  )
}

function KeyList({ title, bindings }: { title: string; bindings: readonly { keys: string; label: string }[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <ul className={styles.list}>
        {bindings.map((binding) => (
          <li key={binding.keys}>
            <span>{binding.label}</span>
            <Keys>{keyText(binding.keys)}</Keys>
          </li>
        ))}
      </ul>
    </div>
  )
}

function keyText(keys: string): string {
  return keys.replace('escape', 'Esc').replace('enter', 'Enter').replace('arrowleft', '←').replace('arrowright', '→')
}
