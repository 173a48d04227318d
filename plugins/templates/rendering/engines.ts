import { escapeHtml } from '@parley/core'
import { Liquid } from 'liquidjs'
import type { TemplatesSettings } from '../settings.ts'
import { StrictAssign } from './strict-assign.ts'

export type RenderLimits = Pick<TemplatesSettings, 'maxHtmlLength' | 'renderMs' | 'renderMemory' | 'renderTags'>

/** Liquid, twice: HTML escapes every value, plain text none. */
export interface Engines {
  readonly html: Liquid
  readonly text: Liquid
}

/** Tags that would read another template. */
const READING_TAGS = ['include', 'render', 'layout', 'block']

/**
 * Both know one text only (no file, no include), see own properties only, and cost no more than the limits say. A variable
 * that is absent is an error, except in a condition and before `default`.
 */
export function makeEngines(limits: RenderLimits): Engines {
  const text = makeEngine(limits)
  const html = makeEngine(limits, { outputEscape: 'escape' })
  // A value stays a value: nothing switches the escaping off, and nothing escapes twice.
  html.unregisterFilter('raw')
  html.registerFilter('escape', (value: unknown) => value)
  html.registerFilter('newline_to_br', {
    raw: true,
    handler: (value: unknown) => escapeHtml(String(value ?? '')).replace(/\r?\n/g, '<br>\n'),
  })
  return { html, text }
}

function makeEngine(limits: RenderLimits, more: { outputEscape?: 'escape' } = {}): Liquid {
  const engine = new Liquid({
    templates: {},
    dynamicPartials: false,
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    catchAllErrors: true,
    // One time zone everywhere: a template gets dates as the tenant's words.
    timezoneOffset: 0,
    locale: 'en',
    parseLimit: limits.maxHtmlLength,
    renderLimit: limits.renderMs,
    memoryLimit: limits.renderMemory,
    ...more,
  })
  for (const tag of READING_TAGS) delete engine.tags[tag]
  engine.registerTag('assign', StrictAssign)
  return engine
}
