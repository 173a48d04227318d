/**
 * Names for the statements of one connection: Postgres parses and plans a named statement once for a connection, and a
 * third of our time with it was planning. The first so many texts get a name; a text that is made anew each time (a list of
 * another length) must not fill the server's memory.
 */
export class StatementNames {
  readonly #most: number
  readonly #names = new Map<string, string>()

  constructor(most: number) {
    this.#most = most
  }

  nameOf(sql: string): string | undefined {
    const known = this.#names.get(sql)
    if (known !== undefined || this.#names.size >= this.#most) return known
    const name = `parley_${this.#names.size}`
    this.#names.set(sql, name)
    return name
  }
}

/** A migration changed the shape of a table under a plan that was kept: the connection has to be made anew. */
export function isStalePlan(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as { code?: string; routine?: string }
  return code === '0A000' && routine === 'RevalidateCachedQuery'
}
