import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

const ink: MantineColorsTuple = [
  '#e8eff6',
  '#cfddec',
  '#a9c5e0',
  '#8fbbe6',
  '#5d8fc0',
  '#3b70a5',
  '#2a5c8f',
  '#1f4d7a',
  '#183e63',
  '#112d49',
]

export const theme = createTheme({
  fontFamily: 'var(--ui)',
  fontFamilyMonospace: 'var(--fact)',
  headings: { fontFamily: 'var(--ui)', fontWeight: '620' },
  fontSizes: { xs: '12px', sm: '13px', md: '13.5px', lg: '15px', xl: '21px' },
  defaultRadius: 6,
  primaryColor: 'ink',
  colors: { ink },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Modal: {
      defaultProps: {
        centered: true,
        transitionProps: { duration: 100 },
        radius: 8,
        shadow: 'none',
        overlayProps: { backgroundOpacity: 0.35 },
      },
    },
    // The head of a dialog is not the banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    Drawer: {
      defaultProps: { transitionProps: { duration: 120 }, shadow: 'none', overlayProps: { backgroundOpacity: 0.35 } },
    },
  },
})

const dressed = {
  '--mantine-color-body': 'var(--bg)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-default': 'var(--panel)',
  '--mantine-color-default-hover': 'var(--sunk)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line2)',
  '--mantine-color-dimmed': 'var(--ink2)',
  '--mantine-color-placeholder': 'var(--ink3)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--blocked)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-filled-hover': 'var(--accent)',
  '--mantine-primary-color-light': 'var(--accentbg)',
  '--mantine-primary-color-contrast': 'var(--bg)',
}

/** Mantine draws in our tokens, so that one palette decides both themes. */
export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: dressed, dark: dressed })
