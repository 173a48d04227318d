const LONGEST = 40

/** A name as a tenant's slug: `Café Müller & Söhne` → `cafe-muller-sohne`. Never empty. */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, '')
  return plain === '' ? 'team' : plain
}
