import fc, { type Arbitrary } from 'fast-check'

/** Deeper than a recursive reader likes, and still below the limit of a body. */
const DEEP = 2_000

/** Values that break readers: other types, edges of numbers and time, and texts that a database or a path cannot hold. */
export const hostileValues: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    0.5,
    2 ** 31,
    2 ** 53 + 2,
    -(2 ** 63),
    1e308,
    5e-324,
    '',
    ' ',
    {},
    [],
    [[]],
  ),
  fc.constantFrom<unknown>(
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff\ud800',
    '\u202e\ufeff',
    '\uffff',
    'İ',
    'ﬃ'.repeat(300),
  ),
  fc.constantFrom<unknown>(
    "'; select 1 --",
    '%',
    '_',
    '\\',
    '%00',
    '../../etc/passwd',
    '$1',
    '{{x}}',
    '{% raw %}',
    '<b>',
  ),
  fc.constantFrom<unknown>('0000-00-00T00:00:00Z', '9999-12-31T23:59:59.999Z', '+275760-09-13T00:00:00.000Z', 'NaN'),
  fc.constantFrom<unknown>('-271821-04-20T00:00:00.000Z', '2026-02-30T00:00:00Z', 'x'.repeat(70_000), '9'.repeat(400)),
  fc.constantFrom<unknown>(
    '__proto__',
    'constructor',
    'toString',
    '00000000-0000-0000-0000-000000000000',
    '*',
    'platform.*',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.jsonValue({ maxDepth: 2 }),
)

/** The same value with one place in it spoiled: replaced, taken away, added to, or buried deep. */
export function spoiled(values: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(values, fc.constantFrom('replace', 'remove', 'add', 'bury'), fc.nat(), hostileValues)
    .map(([value, way, place, hostile]) => {
      const places = placesOf(value)
      const path = places[place % places.length] ?? []
      return changed(value, path, way === 'bury' ? buried(hostile) : hostile, way)
    })
}

type Path = readonly (string | number)[]

function placesOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
  return [
    path,
    ...[...keys].flatMap((key) => placesOf((value as Record<string | number, unknown>)[key], [...path, key])),
  ]
}

function changed(value: unknown, path: Path, hostile: unknown, way: string): unknown {
  const [step, ...rest] = path
  if (step === undefined) return way === 'add' ? added(value, hostile) : hostile
  if (Array.isArray(value)) {
    if (way === 'remove' && rest.length === 0) return value.filter((_, index) => index !== step)
    return value.map((item, index) => (index === step ? changed(item, rest, hostile, way) : item))
  }
  const entries = Object.entries(value as object)
  const kept = way === 'remove' && rest.length === 0 ? entries.filter(([key]) => key !== step) : entries
  return Object.fromEntries(kept.map(([key, one]) => [key, key === step ? changed(one, rest, hostile, way) : one]))
}

function added(value: unknown, hostile: unknown): unknown {
  if (Array.isArray(value)) return [...value, hostile]
  return typeof value === 'object' && value !== null ? { ...value, unheardOf: hostile } : [value, hostile]
}

function buried(value: unknown): unknown {
  let deep = value
  for (let level = 0; level < DEEP; level += 1) deep = [deep]
  return deep
}
