import { Drawer } from '@mantine/core'
import { Outlet, useRouterState } from '@tanstack/react-router'
import { type ReactNode, Suspense, useEffect, useState } from 'react'
import { Button } from './Button.tsx'
import { Crumbs } from './Crumbs.tsx'
import { Help } from './Help.tsx'
import { useKeyListener, useKeys } from './keys.ts'
import { Nav } from './Nav.tsx'
import styles from './Shell.module.css'
import { type NavGroup, useGo } from './sections.ts'

const apple = /mac|iphone|ipad/i.test(navigator.userAgent)

type Props = {
  groups: readonly NavGroup[]
  /** Below the name of the product: which workspace this is. */
  head: ReactNode
  foot: ReactNode
  /** Drawn once it has been asked for; the number grows with every further wish. */
  palette: (asked: number) => ReactNode
}

/** Navigation, header, palette and help around every page. */
export function Shell({ groups, head, foot, palette }: Props) {
  /** The page on which the drawer was opened: going elsewhere closes it. */
  const [drawerAt, setDrawerAt] = useState<string>()
  const [help, setHelp] = useState(false)
  const [paletteAsked, setPaletteAsked] = useState(0)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const go = useGo()
  useKeyListener()
  useKeys([
    { keys: '?', label: 'What works here', run: () => setHelp(true) },
    { keys: '/', label: 'Find or do', run: () => setPaletteAsked((n) => n + 1) },
    ...groups.flatMap((group) =>
      group.sections.map((section) => ({
        keys: `g ${section.key}`,
        label: `Go to ${section.title}`,
        run: () => go(section.to),
      })),
    ),
  ])
  useEffect(() => {
    function open(event: KeyboardEvent) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setPaletteAsked((n) => n + 1)
      }
    }
    document.addEventListener('keydown', open)
    return () => document.removeEventListener('keydown', open)
  }, [])

  return (
    <div className={styles.app}>
      <a href="#content" className={styles.skip}>
        Skip to the content
      </a>
      <div className={styles.side}>
        <Nav groups={groups} head={head} foot={foot} />
      </div>
      <div className={styles.body}>
        <header className={styles.header}>
          <span className={styles.menu}>
            <Button kind="bare" onClick={() => setDrawerAt(path)} aria-label="Sections">
              <svg
                width="16"
                height="16"
                viewBox="0 0 16 16"
                stroke="currentColor"
                strokeWidth="1.6"
                aria-hidden="true"
              >
                <path d="M2 4h12M2 8h12M2 12h12" />
              </svg>
            </Button>
          </span>
          <Crumbs />
          <span className="grow" />
          <span className={styles.helpButton}>
            <Button kind="bare" hint="?" onClick={() => setHelp(true)}>
              Help
            </Button>
          </span>
          <Button hint={apple ? '⌘K' : 'Ctrl K'} onClick={() => setPaletteAsked((n) => n + 1)}>
            Find or do
          </Button>
        </header>
        <main id="content" className={styles.main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Drawer opened={drawerAt === path} onClose={() => setDrawerAt(undefined)} size={260} title="Sections">
        <Nav groups={groups} head={head} foot={foot} />
      </Drawer>
      <Help opened={help} onClose={() => setHelp(false)} />
      {paletteAsked > 0 && <Suspense>{palette(paletteAsked)}</Suspense>}
    </div>
  )
}
