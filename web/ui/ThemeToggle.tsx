import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core'
import { Button } from './Button.tsx'

const next: Record<MantineColorScheme, MantineColorScheme> = { auto: 'light', light: 'dark', dark: 'auto' }
const words: Record<MantineColorScheme, string> = { auto: 'As the system', light: 'Light', dark: 'Dark' }

export function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Button
      kind="bare"
      onClick={() => setColorScheme(next[colorScheme])}
      aria-label={`Theme: ${words[colorScheme]}. Change to ${words[next[colorScheme]]}`}
    >
      {words[colorScheme]}
    </Button>
  )
}
