import type { Simulate } from '@parley/core/testing/vendor'
import { asList, asRecord, asText, type Json } from '../../json.ts'
import { simulateOn } from '../../simulator/simulate.ts'
import type { PlatformProduct } from '../product.ts'

/** `parley simulate messenger|instagram "text" … [-- --from 1000000000000001 --name Ada]` */
export function simulatePlatform({ channel }: PlatformProduct): Simulate {
  return simulateOn({
    channel,
    accountField: 'id',
    from: '1000000000000001',
    message: (text) => ({ text }),
    describe,
  })
}

/** The words of a send, whatever its kind, and its buttons. */
function describe(received: Json): string {
  const message = asRecord(asRecord(received.message)?.message)
  const attachment = asRecord(message?.attachment)
  const payload = asRecord(attachment?.payload)
  const buttons = [...asList(message?.quick_replies), ...asList(payload?.buttons)].map((one) =>
    asText(asRecord(one)?.title),
  )
  const words = asText(message?.text) ?? asText(payload?.text) ?? asText(payload?.url) ?? ''
  const type = asText(attachment?.type) ?? asText(received.type) ?? 'message'
  const said = attachment === undefined && message !== undefined ? words : `[${type}] ${words}`.trim()
  return buttons.length === 0 ? said : `${said} (${buttons.join(' | ')})`
}
