// Runs before everything else; a file of its own, because the page allows no inline scripts.

// The page forbids eval; without this zod would try it once and leave a complaint in the console.
globalThis.__zod_globalConfig = { jitless: true }

// The theme is set before the first paint, so that a dark page never flashes white.
;(() => {
  let wanted = 'auto'
  try {
    wanted = localStorage.getItem('modelkeep-color-scheme') ?? 'auto'
  } catch {
    // Storage may be forbidden; the system's choice stands.
  }
  const dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light'
})()
