import type { Channel, Connection, SendRequest, SendResult } from '@parley/core'
import type { ApiClient, Outcome } from './client.ts'
import { type Account, accountIn, capabilities, sendText, sentId, whoAmI } from './vendor.ts'

/** Speaks. One call a message: repeating, queueing and order are the inbox's. */
export function acmegramChannel(client: ApiClient): Channel {
  return {
    capabilities,
    send: (request) => send(client, request),
    async test(connection, signal) {
      const told = await client.call(whoAmI(accountOf(connection)), signal)
      if (told.outcome !== 'answered') return { ok: false, detail: `the vendor does not confirm it: ${codeOf(told)}` }
      const { id, name } = accountIn(told.body)
      if (id !== connection.externalId) return { ok: false, detail: 'the credential is good, and another account’s' }
      return { ok: true, title: name ?? connection.externalId }
    },
  }
}

async function send(
  client: ApiClient,
  { connection, to, content, correlationId, signal }: SendRequest,
): Promise<SendResult> {
  if (content.kind !== 'text')
    return { ok: false, failure: 'content', code: 'parley.no-kind', detail: `this channel has no ${content.kind} yet` }
  const told = await client.call(sendText(accountOf(connection), to.value, content.text, correlationId), signal)
  if (told.outcome !== 'answered') return failed(told)
  const externalId = sentId(told.body)
  return externalId === undefined
    ? { ok: false, failure: 'unknown', code: 'parley.no-id', detail: 'the vendor answered without a message id' }
    : { ok: true, externalId }
}

/** Whether it may be repeated decides everything. */
function failed(told: Exclude<Outcome, { outcome: 'answered' }>): Extract<SendResult, { ok: false }> {
  const code = codeOf(told)
  if (told.outcome === 'refused') return { ok: false, ...told.refusal, detail: `the vendor refused it: ${code}` }
  return told.outcome === 'lost'
    ? { ok: false, failure: 'unknown', code, detail: 'no answer came from the vendor' }
    : { ok: false, failure: 'retryable', code, detail: 'the vendor cannot be reached' }
}

function codeOf(told: Exclude<Outcome, { outcome: 'answered' }>): string {
  return told.outcome === 'refused' ? told.refusal.code : told.code
}

function accountOf({ externalId, secrets }: Connection): Account {
  return { id: externalId, token: secrets.token ?? '' }
}
