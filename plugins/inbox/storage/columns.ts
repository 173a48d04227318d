/** Property names of a record by their columns, in the order of the select list. */
export type Columns<T> = Readonly<Record<keyof T & string, string>>

/** `c.thread_id as "c:threadId", …`: each column under its property's name, behind a prefix when two tables are joined. */
export function selectList<T>(alias: string, columns: Columns<T>, prefix = ''): string {
  return Object.entries<string>(columns)
    .map(([property, column]) => `${alias}.${column} as "${prefix}${property}"`)
    .join(', ')
}

/** The part of a joined row that was selected with the prefix. */
export function pick<T>(row: Readonly<Record<string, unknown>>, columns: Columns<T>, prefix: string): T {
  return Object.fromEntries(Object.keys(columns).map((property) => [property, row[`${prefix}${property}`]])) as T
}
