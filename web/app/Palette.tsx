import { Spotlight, type SpotlightActionGroupData, spotlight } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { inventory } from '../features/registry/queries.ts'
import { experiments } from '../features/tracking/queries.ts'
import { recentRuns } from '../features/tracking/recent.ts'
import { type NavGroup, useGo } from '../ui/sections.ts'
import './palette.css'

type Command = { title: string; detail: string; run: () => void }
type Props = { asked: number; groups: readonly NavGroup[]; commands: readonly Command[] }

/** Find or do: models, versions, runs, pages and commands, by name. */
export function Palette({ asked, groups, commands }: Props) {
  const go = useGo()
  const models = useQuery(inventory({ limit: 200, sort: 'updated' }))
  const known = useQuery(experiments)
  const runs = useQueries({ queries: (known.data ?? []).slice(0, 6).map((each) => recentRuns(each.id)) })
  useEffect(() => {
    if (asked > 0) spotlight.open()
  }, [asked])

  const rows = models.data?.rows ?? []
  const actions: SpotlightActionGroupData[] = [
    {
      group: 'Models',
      actions: rows.map(({ model }) => ({
        id: model.id,
        label: model.name,
        description: shortened(model.purpose),
        onClick: () => go(`/models/${encodeURIComponent(model.name)}`),
      })),
    },
    {
      group: 'Versions',
      actions: rows.flatMap(({ model, latest }) =>
        numbersDown(latest?.version ?? 0, 6).map((number) => ({
          id: `${model.id}-${number}`,
          label: `${model.name} ${number}`,
          description: number === latest?.version ? 'newest version' : 'version',
          onClick: () => go(`/models/${encodeURIComponent(model.name)}/versions/${number}`),
        })),
      ),
    },
    {
      group: 'Runs',
      actions: runs
        .flatMap((query) => query.data ?? [])
        .map((run) => ({
          id: run.id,
          label: run.name || run.id,
          description: `run ${run.id.slice(0, 8)}`,
          onClick: () => go(`/runs/${run.id}`),
        })),
    },
    {
      group: 'Go to',
      actions: groups
        .flatMap((group) => group.sections)
        .map((section) => ({
          id: `go-${section.to}`,
          label: section.title,
          description: `g then ${section.key}`,
          onClick: () => go(section.to),
        })),
    },
    {
      group: 'Do',
      actions: commands.map((command) => ({
        id: `do-${command.title}`,
        label: command.title,
        description: command.detail,
        onClick: command.run,
      })),
    },
  ]
  return (
    <Spotlight
      actions={actions.filter((group) => group.actions.length > 0)}
      shortcut={null}
      nothingFound="Nothing has that name"
      highlightQuery
      limit={60}
      scrollable
      maxHeight={440}
      transitionProps={{ duration: 80 }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}
      shadow="none"
      attributes={{ content: { 'aria-label': 'Find or do' } }}
      searchProps={{ placeholder: 'A model, a version, a run, a page, a command', 'aria-label': 'Find or do' }}
    />
  )
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59).trimEnd()}…` : text
}

function numbersDown(from: number, most: number): number[] {
  return Array.from({ length: Math.min(from, most) }, (_, i) => from - i)
}
