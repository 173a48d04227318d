import { randomUUID } from 'node:crypto'
import type { Channel, ChannelMedia, SendRequest, SendResult, WebhookReceiver } from '@parley/core'

type Receiver = (right: WebhookReceiver) => Partial<WebhookReceiver>

/** A channel with one thing wrong. */
export interface Mutant {
  readonly receiver?: Receiver
  readonly send?: (right: Channel, request: SendRequest) => Promise<SendResult>
  readonly fetch?: (right: ChannelMedia) => ChannelMedia['fetch']
}

type Parse = WebhookReceiver['parse']
type Parsed = Extract<ReturnType<Parse>, { ok: true }>

/** Changes what was read of a good body. */
export function reading(change: (parsed: Parsed) => Parsed): Receiver {
  return (right) => ({
    parse: (request) => {
      const parsed = right.parse(request)
      return parsed.ok ? change(parsed) : parsed
    },
  })
}

/** Items whose dedupe key matches are not read. */
export const without = (pattern: RegExp): Mutant => ({
  receiver: reading((parsed) => ({ ...parsed, items: parsed.items.filter((item) => !pattern.test(item.dedupeKey)) })),
})

const secretsOf = ({ connection }: SendRequest) => Object.values(connection.secrets).join(' ')

async function changed(
  right: Channel,
  request: SendRequest,
  change: (refusal: Extract<SendResult, { ok: false }>) => SendResult | Promise<SendResult>,
): Promise<SendResult> {
  const result = await right.send(request)
  return result.ok ? result : change(result)
}

/** The mistakes that real channels made, by name. */
export const MUTANTS = {
  'reads only the first': { receiver: reading((parsed) => ({ ...parsed, items: parsed.items.slice(0, 1) })) },
  'knows no redelivery': {
    receiver: reading((parsed) => ({
      ...parsed,
      items: parsed.items.map((item) => ({ ...item, dedupeKey: randomUUID() })),
    })),
  },
  'believes everybody': { receiver: () => ({ verify: () => true, secrets: [] }) },
  'drops the unknown': {
    receiver: reading((parsed) => ({
      ...parsed,
      items: parsed.items.filter((item) => !item.dedupeKey.includes(Buffer.from('first/u2').toString('base64'))),
    })),
  },
  'routes all to one account': {
    receiver: reading((parsed) => ({
      ...parsed,
      items: parsed.items.map((item) => ({ ...item, account: '550000000000001' })),
    })),
  },
  'reads bytes as Latin-1': {
    receiver: (right) => ({
      parse: (request) => right.parse({ ...request, body: Buffer.from(request.body.toString('latin1')) }),
    }),
  },
  'takes a broken body as empty': {
    receiver: (right) => ({
      parse: (request) => {
        const parsed = right.parse(request)
        return parsed.ok ? parsed : { ok: true, items: [], unknown: 0 }
      },
    }),
  },
  'sends again what may have been sent': {
    send: (right, request) => changed(right, request, () => right.send(request)),
  },
  'calls all failures passing': {
    send: (right, request) => changed(right, request, (refusal) => ({ ...refusal, failure: 'retryable' })),
  },
  'calls what may have been sent passing': {
    send: (right, request) =>
      changed(right, request, (refusal) =>
        refusal.failure === 'unknown' ? { ...refusal, failure: 'retryable' } : refusal,
      ),
  },
  'gives up when throttled': {
    send: (right, request) =>
      changed(right, request, (refusal) =>
        refusal.failure === 'throttled' ? { ...refusal, failure: 'content' } : refusal,
      ),
  },
  'sleeps on when told to stop': {
    send: (right, request) => right.send({ ...request, signal: new AbortController().signal }),
  },
  'tells the secrets': {
    send: (right, request) =>
      changed(right, request, (refusal) => ({ ...refusal, detail: `${refusal.detail} (with ${secretsOf(request)})` })),
  },
  'calls sent what was refused': {
    send: (right, request) =>
      changed(right, request, () => ({ ok: true, externalId: `made-up-${request.correlationId}` })),
  },
  'gives up on a passing fault': {
    send: (right, request) =>
      changed(right, request, (refusal) =>
        refusal.failure === 'retryable' ? { ...refusal, failure: 'content' } : refusal,
      ),
  },
  'sends other words': {
    send: (right, request) => right.send({ ...request, content: { kind: 'text', text: 'Something else.' } }),
  },
  'forgets whom it wrote to': {
    send: (right, request) => right.send({ ...request, correlationId: 'always-the-same' }),
  },
  'never finds a file': {
    fetch: () => async () => ({ ok: false, failure: 'gone', detail: 'never there' }),
  },
  'hopes that a lost file comes back': {
    fetch: (right) => async (request) => {
      const fetched = await right.fetch(request)
      return fetched.ok ? fetched : { ...fetched, failure: 'retryable' }
    },
  },
} as const satisfies Record<string, Mutant>

export type MutantName = keyof typeof MUTANTS
