import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { currentWorkspace, enterWorkspace } from '../../api/workspace.ts'
import { useGo } from '../../ui/sections.ts'
import { workspaces } from './queries.ts'
import styles from './WorkspaceSwitch.module.css'

/** Says which workspace this is, and leads to the others. */
export function WorkspaceSwitch() {
  const { data = [] } = useQuery(workspaces)
  const go = useGo()
  const here = currentWorkspace()
  const joined = data.filter((each) => each.joined)
  const state = data.find(({ name }) => name === here)?.state
  return (
    <Menu
      width={216}
      position="bottom-start"
      shadow="none"
      withinPortal={false}
      withInitialFocusPlaceholder={false}
      transitionProps={{ duration: 80 }}
    >
      <Menu.Target>
        <button type="button" className={styles.switch} aria-label={`${here}: workspace, change it`}>
          <span className={styles.name}>{here}</span>
          {state === 'archived' && <span className={styles.state}>archived</span>}
          <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" aria-hidden="true">
            <path d="M3.5 4.5 6 2l2.5 2.5M3.5 7.5 6 10l2.5-2.5" strokeWidth="1.3" />
          </svg>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {joined.map(({ name, state: of }) => (
          <Menu.Item
            key={name}
            onClick={() => name !== here && enterWorkspace(name)}
            rightSection={mark(name === here, of)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Item className={styles.all} onClick={() => go('/workspaces')}>
          All workspaces
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function mark(isHere: boolean, state: string) {
  if (state === 'archived') return <span className={styles.state}>archived</span>
  return isHere ? <span className={styles.state}>here</span> : undefined
}
