import { asList, asRecord, asText, type Json } from '../../meta/json.ts'
import { invalid, missing, tooLong } from './check-message.ts'
import type { Refusal } from './graph-refusal.ts'

/** Meta's rules for `interactive`: what each type needs, how many, how long. */
export function checkInteractive(body: Json): Refusal | undefined {
  const action = asRecord(body.action)
  const text = asText(asRecord(body.body)?.text)
  if (action === undefined) return missing('interactive.action')
  if (text === undefined) return missing('interactive.body.text')
  const frame =
    tooLong('interactive.body.text', text, 1024) ??
    tooLong('interactive.header.text', asText(asRecord(body.header)?.text), 60) ??
    tooLong('interactive.footer.text', asText(asRecord(body.footer)?.text), 60)
  if (frame !== undefined) return frame
  const type = asText(body.type)
  if (type === 'button') return checkButtons(asList(action.buttons))
  if (type === 'list') return checkList(action)
  if (type === 'cta_url') return checkLink(asRecord(action.parameters))
  if (type === 'flow') return checkFlow(asRecord(action.parameters))
  return invalid('interactive.type must be one of button, list, cta_url, flow')
}

function checkButtons(buttons: readonly unknown[]): Refusal | undefined {
  if (buttons.length < 1 || buttons.length > 3) return invalid('Invalid buttons count. Min allowed buttons: 1, max: 3')
  const replies = buttons.map((button) => asRecord(asRecord(button)?.reply))
  for (const reply of replies) {
    const title = asText(reply?.title)
    if (title === undefined || asText(reply?.id) === undefined) return missing('button.reply')
    const long = tooLong('button.reply.title', title, 20) ?? tooLong('button.reply.id', asText(reply?.id), 256)
    if (long !== undefined) return long
  }
  return unique(replies.map((reply) => asText(reply?.id)))
}

function checkList(action: Json): Refusal | undefined {
  const label = asText(action.button)
  if (label === undefined) return missing('interactive.action.button')
  const sections = asList(action.sections).map(asRecord)
  const rows = sections.flatMap((section) => asList(section?.rows).map(asRecord))
  if (rows.length < 1 || rows.length > 10) return invalid('Total row count exceed max allowed count: 10')
  if (sections.length > 1 && sections.some((section) => asText(section?.title) === undefined))
    return missing('section.title')
  for (const row of rows) {
    if (asText(row?.id) === undefined || asText(row?.title) === undefined) return missing('row.id or row.title')
    const long =
      tooLong('row.title', asText(row?.title), 24) ??
      tooLong('row.description', asText(row?.description), 72) ??
      tooLong('row.id', asText(row?.id), 200)
    if (long !== undefined) return long
  }
  return tooLong('interactive.action.button', label, 20) ?? unique(rows.map((row) => asText(row?.id)))
}

function checkLink(parameters: Json | undefined): Refusal | undefined {
  const title = asText(parameters?.display_text)
  if (title === undefined || asText(parameters?.url) === undefined) return missing('action.parameters')
  return tooLong('display_text', title, 20)
}

function checkFlow(parameters: Json | undefined): Refusal | undefined {
  if (parameters?.flow_message_version !== '3') return invalid('flow_message_version must be 3')
  if (asText(parameters.flow_id) === undefined) return missing('flow_id')
  return asText(parameters.flow_cta) === undefined
    ? missing('flow_cta')
    : tooLong('flow_cta', asText(parameters.flow_cta), 30)
}

function unique(ids: readonly (string | undefined)[]): Refusal | undefined {
  return new Set(ids).size === ids.length ? undefined : invalid('Duplicated id')
}
