import { asRecord, asText, type Json } from '../../meta/json.ts'
import { simulateOn } from '../../meta/simulator/simulate.ts'

/** `parley simulate whatsapp "text" … [-- --from 4915112345678 --name Ada]` */
export const simulateWhatsApp = simulateOn({
  channel: 'whatsapp',
  accountField: 'phoneNumberId',
  from: '4915112345678',
  message: (text) => ({ type: 'text', text: { body: text } }),
  describe,
})

/** The words of a send, whatever its kind. */
function describe(received: Json): string {
  const message = asRecord(received.message)
  const type = asText(message?.type) ?? 'message'
  const body = asRecord(message?.[type])
  const words = asText(body?.body) ?? asText(asRecord(body?.body)?.text) ?? asText(body?.caption) ?? asText(body?.name)
  return type === 'text' ? (words ?? '') : `[${type}] ${words ?? ''}`.trim()
}
