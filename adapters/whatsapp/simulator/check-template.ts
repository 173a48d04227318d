import { asList, asRecord, asText, type Json } from '../../meta/json.ts'
import { type Refusal, refusal } from './graph-refusal.ts'
import type { SimulatedTemplate } from './state.ts'

/** Whether the named template exists, may be sent, and gets as many parameters as its texts have placeholders. */
export function checkTemplate(
  body: Json,
  templates: readonly SimulatedTemplate[],
): { ok: true; template: SimulatedTemplate } | { ok: false; refusal: Refusal } {
  const name = asText(body.name) ?? ''
  const language = asText(asRecord(body.language)?.code) ?? ''
  const template = templates.find((candidate) => candidate.name === name && candidate.language === language)
  if (template === undefined || template.status === 'PENDING' || template.status === 'REJECTED')
    return { ok: false, refusal: refusal(132001, `template name (${name}) does not exist in ${language}`) }
  if (template.status === 'PAUSED') return { ok: false, refusal: refusal(132015, 'template is paused') }
  if (template.status === 'DISABLED') return { ok: false, refusal: refusal(132016, 'template is disabled') }
  const problem = template.components
    .map((component) => checkComponent(component, asList(body.components).map(asRecord)))
    .find((found) => found !== undefined)
  return problem === undefined ? { ok: true, template } : { ok: false, refusal: problem }
}

function checkComponent(component: Json, given: readonly (Json | undefined)[]): Refusal | undefined {
  const type = (asText(component.type) ?? '').toLowerCase()
  if (type !== 'header' && type !== 'body') return undefined
  const filled = given.find((candidate) => asText(candidate?.type)?.toLowerCase() === type)
  const parameters = asList(filled?.parameters).map(asRecord)
  const format = asText(component.format) ?? 'TEXT'
  if (format !== 'TEXT') {
    const wanted = format.toLowerCase()
    return parameters[0]?.type === wanted
      ? undefined
      : refusal(132012, `${type}: expected a parameter of type ${wanted}`)
  }
  const placeholders = new Set((asText(component.text) ?? '').match(/\{\{[^}]+\}\}/g) ?? []).size
  if (parameters.length === placeholders) return undefined
  const details = `${type}: number of localizable_params (${parameters.length}) does not match the expected number of params (${placeholders})`
  return refusal(132000, details)
}
