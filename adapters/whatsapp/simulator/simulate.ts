import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/core'
import { request } from 'undici'
import { asList, asRecord, asText, type Json } from '../../meta/json.ts'

/** What `demo.json` says about WhatsApp. */
export interface WhatsAppDemo {
  readonly whatsapp: {
    readonly endpointUrl: string
    readonly verifyToken: string
    readonly appSecret: string
    readonly phoneNumberId: string
    readonly graphBaseUrl: string
  }
}

const USAGE = 'parley simulate whatsapp "text" [--from 4915112345678] [--name "Ada"] [--wait 15]'

/** Time for a late second answer to be printed too. */
const AFTER_FIRST_MS = 500

/**
 * Writes as a customer: the simulator signs and posts the webhook, and tells what the customer's phone gets back, which is
 * printed. Exit code 1 when the webhook was refused or nothing came back.
 */
export async function simulateWhatsApp(args: readonly string[], demo: WhatsAppDemo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string', default: '4915112345678' },
      name: { type: 'string', default: 'Ada' },
      wait: { type: 'string', default: '15' },
    },
  })
  const text = positionals.join(' ')
  if (text === '') {
    console.error(`usage: ${USAGE}`)
    return 2
  }
  const { endpointUrl, appSecret, phoneNumberId, graphBaseUrl } = demo.whatsapp
  const known = { phoneNumberId, callbackUrl: endpointUrl, appSecret }
  await call(graphBaseUrl, 'POST', '/_sim/accounts', known)
  const from = values.from.replace(/\D/g, '')
  const start = await call(graphBaseUrl, 'GET', '/_sim/received')
  const said = await call(graphBaseUrl, 'POST', `/_sim/customers/${from}/messages`, {
    message: { type: 'text', text: { body: text } },
    to: phoneNumberId,
    name: values.name,
  })
  console.log(`${values.name} (+${from}): ${text}`)
  const status = Number(said?.status)
  if (status < 200 || status >= 300) {
    console.error(`The webhook ${endpointUrl} answered ${status === 0 ? 'nothing' : status}.`)
    return 1
  }
  return printAnswers(graphBaseUrl, { from, after: asText(start?.next) ?? '0', waitMs: Number(values.wait) * 1000 })
}

async function printAnswers(
  graphBaseUrl: string,
  wanted: { from: string; after: string; waitMs: number },
): Promise<number> {
  let after = wanted.after
  let waitMs = wanted.waitMs
  let answers = 0
  while (true) {
    const query = new URLSearchParams({ customer: wanted.from, after, waitMs: String(waitMs) })
    const page = await call(graphBaseUrl, 'GET', `/_sim/received?${query}`)
    const messages = asList(page?.messages).map(asRecord)
    for (const message of messages) console.log(`business: ${describe(message)}`)
    answers += messages.length
    if (messages.length === 0) break
    after = asText(page?.next) ?? after
    waitMs = AFTER_FIRST_MS
  }
  if (answers === 0) console.error(`No answer within ${wanted.waitMs / 1000} s.`)
  return answers === 0 ? 1 : 0
}

/** The words of a send, whatever its kind. */
function describe(received: Json | undefined): string {
  const message = asRecord(received?.message)
  const type = asText(message?.type) ?? 'message'
  const body = asRecord(message?.[type])
  const words = asText(body?.body) ?? asText(asRecord(body?.body)?.text) ?? asText(body?.caption) ?? asText(body?.name)
  return type === 'text' ? (words ?? '') : `[${type}] ${words ?? ''}`.trim()
}

async function call(base: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json | undefined> {
  const answer = await request(new URL(path, base), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new ParleyError('simulator.unreachable', `No WhatsApp simulator answers at ${base}; is the demo running?`, {
      cause,
    })
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 400)
    throw new ParleyError(
      'simulator.refused',
      `${method} ${path.split('?')[0]} answered ${answer.statusCode}: is ${base} a simulator?`,
    )
  return text === '' ? undefined : asRecord(JSON.parse(text))
}
