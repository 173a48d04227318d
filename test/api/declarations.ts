import { split } from './split.ts'

/** One declaration of a report: its words, split into the parts that may come and go by themselves. */
export interface Declaration {
  readonly name: string
  /** `interface`, `class`, `const`, `type`, `function`, `export`. */
  readonly sort: string
  /** Marked `@sealed`: only Parley makes values of it, so that it may grow. */
  readonly sealed: boolean
  /** What stands before the first part: `export interface Actor extends Person`. */
  readonly head: string
  /** Members at the first level, or alternatives of a union; a declaration without either is one part. */
  readonly parts: readonly string[]
}

const NAMED = /^(?:export )?(?:declare )?(?:abstract )?(interface|class|const|let|type|function|namespace|enum) (\w+)/
const REEXPORT = /^export (?:\* from .+|\{ .+ \})/

/** Declarations of a report by name; overloads of a function are one. */
export function declarationsOf(report: string): ReadonlyMap<string, Declaration> {
  const body = /```ts\n([\s\S]*?)\n```/.exec(report)?.[1] ?? ''
  const found = new Map<string, Declaration>()
  for (const block of body.split(/\n{2,}/)) {
    const text = block.replace(/^\s*\/\/.*$/gm, '').trim()
    const match = NAMED.exec(text)
    const name = match?.[2] ?? REEXPORT.exec(text)?.[0]
    if (name === undefined) continue
    const declaration = read(name, match?.[1] ?? 'export', text, block.includes('@sealed'))
    const known = found.get(name)
    found.set(
      name,
      known === undefined ? declaration : { ...declaration, parts: [...known.parts, ...declaration.parts] },
    )
  }
  return found
}

function read(name: string, sort: string, text: string, sealed: boolean): Declaration {
  const flat = text.replace(/\s+/g, ' ')
  const open = flat.indexOf('{')
  const body = flat.endsWith('}') || flat.endsWith('};')
  if (open > 0 && body && (sort === 'interface' || sort === 'class' || (sort === 'const' && /: \{/.test(flat)))) {
    const members = split(flat.slice(open + 1, flat.lastIndexOf('}')), ';')
    return { name, sort, sealed, head: flat.slice(0, open).trim(), parts: members }
  }
  if (sort === 'type') {
    const equals = flat.indexOf('=')
    return {
      name,
      sort,
      sealed,
      head: flat.slice(0, equals).trim(),
      parts: split(flat.slice(equals + 1).replace(/;$/, ''), '|'),
    }
  }
  return { name, sort, sealed, head: '', parts: [flat] }
}
