import { type RenderedTemplate, smsSegments, type TemplateVariables } from '@parley/core'
import { LRUCache } from 'lru-cache'
import type { DeclaredVariable, Template } from '../models/template.ts'
import type { TemplatesSettings } from '../settings.ts'
import {
  type Compiled,
  type CompileResult,
  compile,
  type Filled,
  fieldsOf,
  fill,
  fillForPreview,
  type PartName,
  type Texts,
} from './compiled.ts'
import { type Engines, makeEngines } from './engines.ts'
import { plainTextOf } from './plain-text.ts'

/** A template's own words: what is written here, not at a vendor. */
export interface Written extends Texts {
  readonly kind: 'email' | 'sms'
  readonly variables: readonly DeclaredVariable[]
}

/** @param template of kind `email` or `sms` */
export function writtenOf(template: Template): Written {
  const { subject, html, text, variables } = template
  return { kind: template.kind === 'sms' ? 'sms' : 'email', subject, html, text, variables }
}

export type Own = Extract<RenderedTemplate, { kind: 'email' | 'sms' }>

export type Rendering =
  | { readonly ok: true; readonly message: Own }
  | { readonly ok: false; readonly missing: readonly string[]; readonly detail: string }

/** Parses, fills and measures. Parsed texts are kept by id and version. */
export class Renderer {
  readonly #engines: Engines
  readonly #limits: { readonly maxTags: number }
  readonly #kept: LRUCache<string, Compiled>

  constructor(settings: TemplatesSettings) {
    this.#engines = makeEngines(settings)
    this.#limits = { maxTags: settings.renderTags }
    this.#kept = new LRUCache({ max: settings.cached })
  }

  compile(written: Written): CompileResult {
    return compile(this.#engines, written, written.variables)
  }

  fields(compiled: Compiled) {
    return fieldsOf(compiled, this.#limits)
  }

  /** @param key names these very words: id and version */
  render(written: Written, key: string, variables: TemplateVariables): Rendering {
    const known = this.#kept.get(key)
    const result = known === undefined ? this.compile(written) : { ok: true as const, compiled: known }
    if (!result.ok) return { ok: false, missing: [], detail: `${result.part}: ${result.detail}` }
    this.#kept.set(key, result.compiled)
    return messageOf(written.kind, fill(result.compiled, variables, this.#limits))
  }

  /** The message as far as it can be shown, and what is missing for sending it. */
  preview(compiled: Compiled, kind: Own['kind'], variables: TemplateVariables) {
    const real = fill(compiled, variables, this.#limits)
    const missing = real.ok ? [] : real.missing
    const shown = real.ok ? real : fillForPreview(compiled, variables, { ...this.#limits, missing })
    return { ...messageOf(kind, shown), missing }
  }
}

function messageOf(kind: Own['kind'], filled: Filled): Rendering {
  if (!filled.ok) return filled
  return { ok: true, message: kind === 'sms' ? smsOf(filled.texts) : emailOf(filled.texts) }
}

function smsOf(texts: ReadonlyMap<PartName, string>): Own {
  const text = texts.get('text') ?? ''
  return { kind: 'sms', text, sms: smsSegments(text) }
}

function emailOf(texts: ReadonlyMap<PartName, string>): Own {
  const html = texts.get('html')
  const subject = (texts.get('subject') ?? '').replace(/\s+/g, ' ').trim()
  const text = texts.get('text') ?? plainTextOf(html ?? '')
  return { kind: 'email', subject, ...(html === undefined ? {} : { html }), text }
}
