import type { InboundItem, NewEvent, SendRequest, WebhookReceiver } from '@parley/core'
import { MUTANTS, type Mutant } from '../../core/testing/mutant-channel/mutants.ts'

type Parsed = Extract<ReturnType<WebhookReceiver['parse']>, { ok: true }>

/** Changes what was read of a good body. */
function reading(change: (items: readonly InboundItem[]) => readonly InboundItem[]): Mutant {
  return {
    receiver: (right) => ({
      parse: (request) => {
        const parsed = right.parse(request)
        return parsed.ok ? ({ ...parsed, items: change(parsed.items) } satisfies Parsed) : parsed
      },
    }),
  }
}

const dropping = (wrong: (item: InboundItem) => boolean) => reading((items) => items.filter((item) => !wrong(item)))

interface Content {
  readonly kind: string
  readonly text?: string
}

function contentOf(event: NewEvent): Content | undefined {
  return (event.data as { content?: Content }).content
}

/** Its event, as a connection of nobody would get it. */
const eventOf = (item: InboundItem) => item.toEvent({ id: '0198f1a2-0000-7000-8000-0000000000aa', tenantId: '' })

function latin1(event: NewEvent<never>): NewEvent<never> {
  const content = contentOf(event)
  if (content?.text === undefined) return event
  const text = Buffer.from(content.text).toString('latin1')
  return { ...event, data: { ...(event.data as object), content: { ...content, text } } as never }
}

const {
  'drops the unknown': _unknown,
  'routes all to one account': _account,
  'reads bytes as Latin-1': _bytes,
  'reads only the first': _first,
  'tells the token': _token,
  ...shared
} = MUTANTS

const tokenOf = ({ connection }: SendRequest) => connection.secrets.authToken ?? ''

/** The mistakes of all channels; those that know a vendor's ids are made anew for Twilio, where a call is one message. */
export const TWILIO_MUTANTS = {
  ...shared,
  'drops files': dropping((item) => 'media' in (contentOf(eventOf(item)) ?? {})),
  'drops the unknown': dropping((item) => item.dedupeKey.startsWith('unknown:')),
  'drops statuses': dropping((item) => item.dedupeKey.startsWith('status:')),
  'routes all to one account': reading((items) =>
    items.map((item) => ({ ...item, account: item.account.replace(/\+.*$/, '+15005550001') })),
  ),
  'reads bytes as Latin-1': reading((items) =>
    items.map((item) => ({ ...item, toEvent: (connection) => latin1(item.toEvent(connection) as NewEvent<never>) })),
  ),
  'tells the token': {
    send: async (right, request) => {
      const result = await right.send(request)
      return result.ok ? result : { ...result, detail: `${result.detail} (with ${tokenOf(request)})` }
    },
  },
  'gives up on a passing fault': {
    send: async (right, request) => {
      const result = await right.send(request)
      return !result.ok && result.failure === 'retryable' ? { ...result, failure: 'content' } : result
    },
  },
  'takes a refusal for a success': {
    send: async (right, request) => {
      const result = await right.send(request)
      return !result.ok && result.failure === 'recipient' ? { ok: true, externalId: 'SM0' } : result
    },
  },
  'fetches no file': {
    fetch: () => async () => ({ ok: false, failure: 'auth', detail: 'no' }),
  },
} as const satisfies Record<string, Mutant>

export type TwilioMutantName = keyof typeof TWILIO_MUTANTS
