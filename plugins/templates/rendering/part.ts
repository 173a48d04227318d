import { type Liquid, type Template, UndefinedVariableError } from 'liquidjs'
import type { Path } from './scope.ts'

/** One text, parsed. */
export interface Part {
  readonly engine: Liquid
  readonly templates: readonly Template[]
  /** Variables that it expects from outside, in the order of their first use. */
  readonly paths: readonly Path[]
  /** Names that it makes itself (`assign`). */
  readonly locals: ReadonlySet<string>
}

export type Parsed = { readonly ok: true; readonly part: Part } | { readonly ok: false; readonly detail: string }

export type PartResult =
  | { readonly ok: true; readonly text: string }
  /** `missing`: variables that the text needed; empty when it broke a limit, which `detail` names. */
  | { readonly ok: false; readonly missing: readonly string[]; readonly detail: string }

/** @returns the text's fault with its line, `undefined filter: shout, line:1, col:4`, when it is none that can be rendered */
export function parsePart(engine: Liquid, text: string): Parsed {
  try {
    const templates = engine.parse(text)
    const paths = engine.globalVariableSegmentsSync(templates).map(leadingNames)
    const locals = new Set(Object.keys(engine.analyzeSync(templates).locals))
    return { ok: true, part: { engine, templates, paths, locals } }
  } catch (error) {
    return { ok: false, detail: detailOf(error) }
  }
}

/** @param lenient what is absent shows as nothing */
export function renderPart(part: Part, scope: object, options: { maxTags: number; lenient?: boolean }): PartResult {
  const { maxTags: templateLimit, lenient = false } = options
  try {
    const strict = lenient ? { strictVariables: false } : {}
    const text = part.engine.renderSync([...part.templates], scope, { templateLimit, ...strict })
    return { ok: true, text: String(text) }
  } catch (error) {
    // A name that it makes itself is absent because something given is, which is named, too.
    const missing = [...new Set(absentNames(error))].filter((name) => !part.locals.has(name.split('.')[0] ?? ''))
    const detail = missing.length === 0 ? detailOf(error) : `These variables are missing: ${missing.join(', ')}.`
    return { ok: false, missing, detail }
  }
}

/** `a.b[0].c` and `a.b[x]` are found by `a.b`: what comes after a number or another variable is the text's own affair. */
function leadingNames(segments: readonly unknown[]): Path {
  const end = segments.findIndex((segment) => typeof segment !== 'string')
  return (end === -1 ? segments : segments.slice(0, end)) as string[]
}

/** Errors nest: one inside a loop is an error of the loop. */
function absentNames(error: unknown): string[] {
  if (error instanceof UndefinedVariableError) {
    const { originalError } = error
    return originalError !== undefined && 'variableName' in originalError ? [String(originalError.variableName)] : []
  }
  const inner = innerErrors(error)
  if (inner.length > 0) return inner.flatMap(absentNames)
  if (error instanceof Error && 'originalError' in error) return absentNames(error.originalError)
  return []
}

function detailOf(error: unknown): string {
  const [first] = innerErrors(error)
  if (first !== undefined) return detailOf(first)
  return error instanceof Error ? error.message : String(error)
}

/** Liquid collects the errors of one pass in an error of its own, whose class it keeps to itself. */
function innerErrors(error: unknown): readonly unknown[] {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : []
}
