/** At the separators that stand in no bracket. `=>` closes nothing. */
export function split(text: string, separator: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if ('{([<'.includes(char)) depth += 1
    if ('})]'.includes(char) || (char === '>' && text[at - 1] !== '=')) depth -= 1
    if (char !== separator || depth !== 0) continue
    parts.push(text.slice(start, at))
    start = at + 1
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== '')
}
