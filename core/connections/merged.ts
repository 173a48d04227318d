/**
 * Given names replace, `null` takes one away, the others stay: whoever renews a token need not know the other secrets.
 */
export function merged<V>(before: Readonly<Record<string, V>>, patch: object = {}): Readonly<Record<string, V>> {
  const all = new Map<string, V>(Object.entries(before))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) all.delete(name)
    else all.set(name, value)
  }
  return Object.fromEntries(all)
}
