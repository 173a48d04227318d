const LENGTH = 140

/** One line for a list. Empty for a message without words: the list then shows its kind. */
export function preview(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const characters = [...line.slice(0, LENGTH * 2 + 2)]
  return characters.length > LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : line
}
