import { useState } from 'react'

function read(key: string): string {
  try {
    return localStorage.getItem(`modelkeep-draft/${key}`) ?? ''
  } catch {
    return ''
  }
}

/** A text that survives leaving the page, and is forgotten once it was sent. */
export function useDraft(key: string): [string, (text: string) => void, () => void] {
  const [text, setText] = useState(() => read(key))
  function set(next: string) {
    setText(next)
    try {
      localStorage.setItem(`modelkeep-draft/${key}`, next)
    } catch {
      // Without storage the text lives as long as the page.
    }
  }
  function forget() {
    setText('')
    try {
      localStorage.removeItem(`modelkeep-draft/${key}`)
    } catch {
      // Nothing was stored.
    }
  }
  return [text, set, forget]
}
