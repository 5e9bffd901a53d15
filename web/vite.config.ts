import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
/** Where the development server sends what is not a page. */
const server = process.env.MODELKEEP_DEV_SERVER ?? 'http://127.0.0.1:5000'

export default defineConfig({
  root: here,
  plugins: [react()],
  server: {
    port: 5173,
    fs: { allow: [fileURLToPath(new URL('..', import.meta.url))] },
    proxy: Object.fromEntries(
      ['/api', '/openapi.json', '/health'].map((path) => [path, { target: server, changeOrigin: false }]),
    ),
  },
  build: {
    outDir: fileURLToPath(new URL('../dist/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
