import type { InteractiveContent } from '@parley/core'
import { interactiveLimits as limits } from '../capabilities.ts'
import { type Payload, refused, tooLong } from './payload.ts'

/** Cards exist in WhatsApp's templates only. */
type Sendable = Exclude<InteractiveContent, { cards: unknown }>

type Refusal = Payload & { ok: false }
type Part = { readonly type: string; readonly action: Readonly<Record<string, unknown>> }

/** Buttons, a list, a link or a flow, with the text around it. */
export function interactivePayload(content: InteractiveContent): Payload {
  if ('cards' in content) return refused('no-cards', 'WhatsApp shows cards in templates only')
  const refusal = frameProblem(content) ?? partProblem(content)
  if (refusal !== undefined) return refusal
  const { type, action } = partOf(content)
  return {
    ok: true,
    type: 'interactive',
    body: {
      type,
      ...(content.header === undefined ? {} : { header: { type: 'text', text: content.header } }),
      body: { text: content.text },
      ...(content.footer === undefined ? {} : { footer: { text: content.footer } }),
      action,
    },
  }
}

function partOf(content: Sendable): Part {
  if ('buttons' in content) {
    const buttons = content.buttons.map((button) => ({ type: 'reply', reply: button }))
    return { type: 'button', action: { buttons } }
  }
  if ('list' in content) return { type: 'list', action: content.list }
  if ('link' in content) {
    const parameters = { display_text: content.link.title, url: content.link.url }
    return { type: 'cta_url', action: { name: 'cta_url', parameters } }
  }
  return { type: 'flow', action: { name: 'flow', parameters: flowParameters(content.flow) } }
}

/** `data` is what the first screen starts with; a `screen` in it says which one that is. */
function flowParameters(
  flow: Extract<InteractiveContent, { flow: unknown }>['flow'],
): Readonly<Record<string, unknown>> {
  const { screen, ...data } = flow.data ?? {}
  const payload = {
    ...(screen === undefined ? {} : { screen }),
    ...(Object.keys(data).length === 0 ? {} : { data }),
  }
  return {
    flow_message_version: '3',
    flow_id: flow.id,
    flow_cta: flow.button,
    ...(flow.token === undefined ? {} : { flow_token: flow.token }),
    ...(Object.keys(payload).length === 0 ? {} : { flow_action: 'navigate', flow_action_payload: payload }),
  }
}

function frameProblem(content: Sendable): Refusal | undefined {
  if (content.text === '') return refused('empty', 'an interactive message needs a text')
  return (
    tooLong('text', content.text, limits.body) ??
    tooLong('header', content.header, limits.header) ??
    tooLong('footer', content.footer, limits.footer)
  )
}

function partProblem(content: Sendable): Refusal | undefined {
  if ('buttons' in content) return buttonsProblem(content.buttons)
  if ('list' in content) return listProblem(content.list)
  if ('link' in content) return tooLong('link title', content.link.title, limits.buttonTitle)
  return tooLong('flow button', content.flow.button, limits.flowButton)
}

function buttonsProblem(buttons: readonly { id: string; title: string }[]): Refusal | undefined {
  if (buttons.length > limits.buttons) return tooMany('buttons', buttons.length, limits.buttons)
  for (const button of buttons) {
    const problem =
      tooLong('button title', button.title, limits.buttonTitle) ?? tooLong('id', button.id, limits.replyId)
    if (problem !== undefined) return problem
  }
  return uniqueIds(buttons)
}

function listProblem(list: Extract<InteractiveContent, { list: unknown }>['list']): Refusal | undefined {
  const rows = list.sections.flatMap((section) => section.rows)
  if (list.sections.length > limits.sections) return tooMany('sections', list.sections.length, limits.sections)
  if (rows.length > limits.rows) return tooMany('rows', rows.length, limits.rows)
  if (list.sections.length > 1 && list.sections.some((section) => section.title === undefined))
    return refused('untitled', 'each of several sections needs a title')
  for (const section of list.sections) {
    const problem = tooLong('section title', section.title, limits.sectionTitle)
    if (problem !== undefined) return problem
  }
  for (const row of rows) {
    const problem =
      tooLong('row title', row.title, limits.rowTitle) ??
      tooLong('row description', row.description, limits.rowDescription) ??
      tooLong('row id', row.id, limits.rowId)
    if (problem !== undefined) return problem
  }
  return tooLong('list button', list.button, limits.buttonTitle) ?? uniqueIds(rows)
}

function tooMany(what: string, count: number, max: number): Refusal {
  return refused('too-many', `${count} ${what}; WhatsApp takes ${max}`)
}

function uniqueIds(choices: readonly { id: string }[]): Refusal | undefined {
  const unique = new Set(choices.map((choice) => choice.id))
  return unique.size === choices.length ? undefined : refused('same-id', 'two choices have the same id')
}
