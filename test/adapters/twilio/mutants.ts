import type { InboundItem, NewEvent } from '@parley/core'
import { MUTANTS, type Mutant, reading, without } from '../../core/testing/mutant-channel/mutants.ts'

const items = (change: (read: readonly InboundItem[]) => readonly InboundItem[]): Mutant => ({
  receiver: reading((parsed) => ({ ...parsed, items: change(parsed.items) })),
})

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
  ...shared
} = MUTANTS

/** The mistakes of all channels; those that know a vendor's ids are made anew for Twilio, where a call is one message. */
export const TWILIO_MUTANTS = {
  ...shared,
  'drops files': items((read) => read.filter((item) => !('media' in (contentOf(eventOf(item)) ?? {})))),
  'drops the unknown': without(/^unknown:/),
  'drops statuses': without(/^status:/),
  'routes all to one account': items((read) =>
    read.map((item) => ({ ...item, account: item.account.replace(/\+.*$/, '+15005550001') })),
  ),
  'reads bytes as Latin-1': items((read) =>
    read.map((item) => ({ ...item, toEvent: (connection) => latin1(item.toEvent(connection) as NewEvent<never>) })),
  ),
} as const satisfies Record<string, Mutant>

export type TwilioMutantName = keyof typeof TWILIO_MUTANTS
