import type { TemplateContent } from '@parley/core'
import { asRecord, asText } from '../json.ts'

const CONTENT_SID = /^HX[0-9a-fA-F]{32}$/

/** The component that carries a content template's SID and its variables. */
export const CONTENT_COMPONENT = 'content'

/** `components: [{ type: 'content', contentSid, parameters }]` as the list of templates fills it, or the SID as the name. */
export function contentSidOf({ name, components = [] }: TemplateContent): string | undefined {
  const carried = components.find(({ type }) => type === CONTENT_COMPONENT)?.contentSid
  return [carried, name].find((sid): sid is string => typeof sid === 'string' && CONTENT_SID.test(sid))
}

/**
 * ContentVariables: `{"1":"Ada"}`. A parameter is named by `parameter_name`; those without a name count from 1, over all
 * components in their order.
 */
export function variablesOf({ components = [] }: TemplateContent): string | undefined {
  const parameters = components.flatMap((component) => component.parameters ?? [])
  const values = parameters.map((parameter, index) => [
    asText(parameter.parameter_name) ?? String(index + 1),
    asText(parameter.text) ?? asText(asRecord(parameter[parameter.type])?.link) ?? '',
  ])
  return values.length === 0 ? undefined : JSON.stringify(Object.fromEntries(values))
}
