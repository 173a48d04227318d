type Holder = Record<string, unknown>

/** Where a value stands: `['customer', 'name']`. */
export type Path = readonly string[]

/**
 * What a text sees: the given values, and the fallback where a path that it uses is blank. What stays blank is absent, and
 * the way to it exists, so that an error names `customer.name` and not just `customer`. The given values are not changed.
 */
export function scopeFor(
  paths: readonly Path[],
  given: Readonly<Record<string, unknown>>,
  fallback: (name: string) => unknown,
): Holder {
  const scope = copyOf(given)
  const deepestFirst = [...paths].sort((a, b) => b.length - a.length)
  for (const path of deepestFirst) place(scope, path, fallback(path.join('.')))
  return scope
}

/** The value at a path that the caller gave, nested or under its whole name. */
export function givenAt(given: Readonly<Record<string, unknown>>, path: Path): unknown {
  const whole = own(given, path.join('.'))
  if (!isBlank(whole)) return whole
  let value: unknown = given
  for (const name of path) value = isHolder(value) || Array.isArray(value) ? own(value as Holder, name) : undefined
  return value
}

/** Nothing that a reader would see. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  return isHolder(value) && Object.keys(value).length === 0
}

function place(holder: Holder, [name = '', ...rest]: Path, fallback: unknown): void {
  if (rest.length === 0) {
    if (!isBlank(holder[name])) return
    if (fallback === undefined) delete holder[name]
    else holder[name] = fallback
    return
  }
  const inner = holder[name]
  if (!isBlank(inner) && !isHolder(inner)) return
  const copy = copyOf(isHolder(inner) ? inner : {})
  holder[name] = copy
  place(copy, rest, fallback)
}

/** Without a prototype: `__proto__` is a name like any other. */
function copyOf(holder: Readonly<Holder>): Holder {
  return Object.assign(Object.create(null), holder)
}

function own(holder: Readonly<Holder>, name: string): unknown {
  return Object.hasOwn(holder, name) ? holder[name] : undefined
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
