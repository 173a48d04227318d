/**
 * Two paths with the same fingerprint lead to the same place in hapi's router: names of parameters do not count.
 * `/api/things/{id}` → `/api/things/?`, `/files/{path*}` → `/files/#`.
 */
export function fingerprint(path: string): string {
  return path
    .replace(/\{[^}*]+\*(\d+)\}/g, (_, times: string) => Array(Number(times)).fill('?').join('/'))
    .replace(/\{[^}]+\*\}/g, '#')
    .replace(/\{[^}]+\}/g, '?')
}

/** Names of the parameters in a path: `/a/{id}/{rest*}` → `id`, `rest`. */
export function parameterNames(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)(?:\?|\*\d*)?\}/g)].map((match) => match[1] ?? '')
}
