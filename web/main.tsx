import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/source-serif-4/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './ui/mantine.ts'
import './ui/tokens.css'
import './ui/base.css'
import './ui/print.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError } from './api/problem.ts'
import { createAppRouter } from './app/router.tsx'
import { announceSessionEnd } from './features/access/ended.ts'
import { resolver, theme } from './ui/theme.ts'

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (failures, error) =>
        failures < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (error instanceof ApiError && error.status === 401 && query.queryKey[1] !== 'session') announceSessionEnd()
    },
  }),
  mutationCache: new MutationCache({
    onError: (error, _input, _context, mutation) => {
      if (error instanceof ApiError && error.status === 401 && !mutation.meta?.signsIn) announceSessionEnd()
    },
  }),
})
const router = createAppRouter(queryClient)
const schemes = localStorageColorSchemeManager({ key: 'modelkeep-color-scheme' })
const place = document.getElementById('root')

if (place) {
  createRoot(place).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={resolver}
        defaultColorScheme="auto"
        colorSchemeManager={schemes}
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
