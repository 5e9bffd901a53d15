// Runs before the first paint, so that a dark page never flashes white. A file of its own, because the page allows no inline scripts.
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
