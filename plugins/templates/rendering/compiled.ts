import type { TemplateVariables } from '@parley/core'
import type { DeclaredVariable, Field } from '../models/template.ts'
import type { Engines } from './engines.ts'
import { type Part, type PartResult, parsePart, renderPart } from './part.ts'
import { givenAt, isBlank, type Path, scopeFor } from './scope.ts'

export type PartName = 'subject' | 'html' | 'text'

/** The texts of a template as they were written; absent and null are the same. */
export type Texts = Readonly<Partial<Record<PartName, string | null>>>

/** The texts of a template, parsed, with what its author says about the variables. */
export interface Compiled {
  readonly parts: ReadonlyMap<PartName, Part>
  readonly paths: readonly Path[]
  readonly declared: ReadonlyMap<string, DeclaredVariable>
}

export type CompileResult =
  | { readonly ok: true; readonly compiled: Compiled }
  | { readonly ok: false; readonly part: PartName; readonly detail: string }

const NAMES: readonly PartName[] = ['subject', 'html', 'text']

export function compile(engines: Engines, texts: Texts, declared: readonly DeclaredVariable[]): CompileResult {
  const parts = new Map<PartName, Part>()
  for (const name of NAMES) {
    const text = texts[name]
    if (text === undefined || text === null) continue
    const parsed = parsePart(name === 'html' ? engines.html : engines.text, text)
    if (!parsed.ok) return { ok: false, part: name, detail: parsed.detail }
    parts.set(name, parsed.part)
  }
  const paths = new Map([...parts.values()].flatMap(({ paths }) => paths).map((path) => [path.join('.'), path]))
  return {
    ok: true,
    compiled: { parts, paths: [...paths.values()], declared: new Map(declared.map((one) => [one.name, one])) },
  }
}

export type Filled =
  | { readonly ok: true; readonly texts: ReadonlyMap<PartName, string> }
  | { readonly ok: false; readonly missing: readonly string[]; readonly detail: string }

/** All texts, or everything that is missing for them. */
export function fill(compiled: Compiled, given: TemplateVariables, limits: { maxTags: number }): Filled {
  const scope = scopeFor(compiled.paths, given, (name) => fallbackOf(compiled, given, name))
  const results = renderAll(compiled, scope, limits)
  const failed = [...results.values()].filter((result) => !result.ok)
  const missing = [...new Set([...missingDeclared(compiled, given), ...failed.flatMap((result) => result.missing)])]
  if (missing.length > 0) return { ok: false, missing, detail: `These variables are missing: ${missing.join(', ')}.` }
  if (failed[0] !== undefined) return { ok: false, missing, detail: failed[0].detail }
  return { ok: true, texts: textsOf(results) }
}

/** For people who look at the text: what is missing shows by its example or its name in brackets. */
export function fillForPreview(
  compiled: Compiled,
  given: TemplateVariables,
  options: { maxTags: number; missing: readonly string[] },
): Filled {
  const { maxTags, missing } = options
  const standIn = (name: string) =>
    fallbackOf(compiled, given, name) ??
    compiled.declared.get(name)?.example ??
    (missing.includes(name) ? `[${name}]` : undefined)
  const results = renderAll(compiled, scopeFor(compiled.paths, given, standIn), { maxTags, lenient: true })
  const failed = [...results.values()].find((result) => !result.ok)
  return failed === undefined ? { ok: true, texts: textsOf(results) } : failed
}

/** Every variable in use. Required is what the texts cannot be rendered without, whatever else is given. */
export function fieldsOf(compiled: Compiled, limits: { maxTags: number }): readonly Field[] {
  const nothing = fill(compiled, {}, limits)
  const needed = new Set(nothing.ok ? [] : nothing.missing)
  return compiled.paths.map((path) => path.join('.')).map((name) => ({ name, required: needed.has(name) }))
}

function renderAll(compiled: Compiled, scope: object, limits: { maxTags: number; lenient?: boolean }) {
  return new Map(
    [...compiled.parts].map(([name, part]): [PartName, PartResult] => [name, renderPart(part, scope, limits)]),
  )
}

function textsOf(results: ReadonlyMap<PartName, PartResult>): ReadonlyMap<PartName, string> {
  return new Map([...results].map(([name, result]) => [name, result.ok ? result.text : '']))
}

/** A value under its whole name, the author's default, or nothing at all for what the author calls optional. */
function fallbackOf({ declared }: Compiled, given: TemplateVariables, name: string): unknown {
  const whole = givenAt(given, [name])
  if (!isBlank(whole)) return whole
  const about = declared.get(name)
  return about?.default ?? (about?.required === false ? '' : undefined)
}

/** Required by the author, though the text could do without. */
function missingDeclared({ paths, declared }: Compiled, given: TemplateVariables): readonly string[] {
  return paths
    .filter((path) => {
      const about = declared.get(path.join('.'))
      return about?.required === true && about.default === undefined && isBlank(givenAt(given, path))
    })
    .map((path) => path.join('.'))
}
