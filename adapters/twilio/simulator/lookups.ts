import type { VendorReply } from '@parley/core/testing/vendor'
import { refusal } from './refusal.ts'
import type { SimulatedAccount, SimulatorState } from './state.ts'

/** What an account can ask about itself: its numbers, services, WhatsApp senders and content templates. */
export function lookup(
  state: SimulatorState,
  account: SimulatedAccount,
  path: string,
  query: URLSearchParams,
): VendorReply | undefined {
  const own = [...state.senders.values()].filter(({ accountSid }) => accountSid === account.sid)
  if (path === `/2010-04-01/Accounts/${account.sid}/IncomingPhoneNumbers.json`) {
    const numbers = own.filter(({ address }) => address === query.get('PhoneNumber'))
    return found(
      'incoming_phone_numbers',
      numbers.map(({ address, friendlyName }) => ({ phone_number: address, friendly_name: friendlyName ?? address })),
    )
  }
  if (path === '/v2/Channels/Senders') {
    const senders = own.filter(({ address }) => address.startsWith('whatsapp:'))
    return found(
      'senders',
      senders.map(({ address, friendlyName }) => ({
        sender_id: address,
        status: 'ONLINE',
        profile: { name: friendlyName },
      })),
    )
  }
  const service = /^\/v1\/Services\/(MG\w+)$/.exec(path)?.[1]
  if (service !== undefined)
    return own.some(({ serviceSid }) => serviceSid === service)
      ? { status: 200, body: { sid: service, account_sid: account.sid, friendly_name: 'Service' } }
      : refusal(20404)
  return path === '/v1/ContentAndApprovals' ? contents(state, query) : undefined
}

/** Page by page, as long as `PageToken` says where the next begins. */
function contents(state: SimulatorState, query: URLSearchParams): VendorReply {
  const size = Number(query.get('PageSize') ?? 50)
  const start = Number(query.get('PageToken') ?? 0)
  const page = state.contents.slice(start, start + size).map((content) => ({
    sid: content.sid,
    friendly_name: content.friendlyName,
    language: content.language,
    variables: content.variables,
    types: { 'twilio/text': { body: content.body } },
    approval_requests: { ...content.approval, rejection_reason: '' },
  }))
  const more = start + size < state.contents.length
  const next = `https://content.twilio.com/v1/ContentAndApprovals?PageSize=${size}&PageToken=${start + size}`
  return { status: 200, body: { meta: { key: 'contents', next_page_url: more ? next : null }, contents: page } }
}

function found(key: string, rows: readonly object[]): VendorReply {
  return { status: 200, body: { [key]: rows, meta: { key, next_page_url: null } } }
}
