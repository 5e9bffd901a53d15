import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core'
import { Button } from './Button.tsx'

const next: Record<MantineColorScheme, MantineColorScheme> = { auto: 'light', light: 'dark', dark: 'auto' }
const words: Record<MantineColorScheme, string> = { auto: 'System theme', light: 'Light theme', dark: 'Dark theme' }

export function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Button
      kind="bare"
      onClick={() => setColorScheme(next[colorScheme])}
      aria-label={`${words[colorScheme]}, change to ${words[next[colorScheme]].toLowerCase()}`}
    >
      {words[colorScheme]}
    </Button>
  )
}
