import type { ChannelTemplate, FilledChannelTemplate, TemplateContent, TemplateParameter } from '@parley/core'
import { asList, asRecord, asText, type Json } from '../../meta/json.ts'
import { contentPayload } from '../send/content.ts'
import { PLACEHOLDER, type Slot, slotsOf } from './slots.ts'

type Values = Readonly<Record<string, unknown>>
type Component = NonNullable<TemplateContent['components']>[number]

/** The template with its places filled: what would be sent, and how it will read. */
export function fillTemplate(template: ChannelTemplate, values: Values): FilledChannelTemplate {
  const { slots, unsupported } = slotsOf(template.components)
  const filled = slots.map((slot) => ({ slot, parameter: slot.toParameter(values[slot.key]) ?? slot.otherwise }))
  const missing = filled.filter(({ slot, parameter }) => slot.required && parameter === undefined)
  const answer = {
    missing: missing.map(({ slot }) => slot.key),
    unsupported,
    shown: shownAs(template.components.map(asRecord), values),
  }
  if (missing.length > 0 || unsupported.length > 0) return answer
  const components = componentsOf(filled)
  const content: TemplateContent = {
    kind: 'template',
    name: template.name,
    language: template.language,
    ...(components.length === 0 ? {} : { components }),
  }
  const payload = contentPayload(content, undefined)
  return {
    ...answer,
    content,
    ...(payload.ok ? { payload: { type: payload.type, [payload.type]: payload.body } } : {}),
  }
}

/** Neighbours of one component share an entry. */
function componentsOf(
  filled: readonly { slot: Slot; parameter: TemplateParameter | undefined }[],
): readonly Component[] {
  const entries = new Map<string, { component: Slot['component']; parameters: TemplateParameter[] }>()
  for (const { slot, parameter } of filled) {
    if (parameter === undefined) continue
    const key = JSON.stringify(slot.component)
    const entry = entries.get(key) ?? { component: slot.component, parameters: [] }
    entry.parameters.push(parameter)
    entries.set(key, entry)
  }
  return [...entries.values()].map(({ component, parameters }) => ({ ...component, parameters }))
}

function shownAs(components: readonly (Json | undefined)[], values: Values): FilledChannelTemplate['shown'] {
  const of = (type: string) => components.find((one) => asText(one?.type)?.toLowerCase() === type)
  const [header, body, footer, buttons] = [of('header'), of('body'), of('footer'), of('buttons')]
  const format = asText(header?.format)?.toLowerCase() ?? 'text'
  const headline = format === 'text' ? worded(asText(header?.text), 'header', values) : `[${format}]`
  const foot = asText(footer?.text)
  return {
    ...(header === undefined ? {} : { header: headline }),
    body: worded(asText(body?.text), 'body', values),
    ...(foot === undefined ? {} : { footer: foot }),
    buttons: asList(buttons?.buttons).flatMap((button) => asText(asRecord(button)?.text) ?? []),
  }
}

function worded(text: string | undefined, component: string, values: Values): string {
  return (text ?? '').replace(PLACEHOLDER, (placeholder, name: string) => {
    const value = values[`${component}.${name}`]
    const own = asRecord(value)
    const shown = own === undefined ? value : (own.text ?? asRecord(own[String(own.type)])?.fallback_value)
    return shown === undefined || shown === null || shown === '' ? placeholder : String(shown)
  })
}
