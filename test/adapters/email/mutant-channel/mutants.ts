import { randomUUID } from 'node:crypto'
import type { IngressItem } from '@parley/core'
import { MUTANTS, type Mutant } from '../../../core/testing/mutant-channel/mutants.ts'

/** A mistake made in what is stored, in sending or in fetching. */
export type EmailMutant = Mutant & {
  readonly store?: (items: readonly IngressItem[], memory: Map<string, IngressItem>) => readonly IngressItem[]
}

const without = (type: string): EmailMutant => ({
  store: (items) => items.filter(({ event }) => event.type.type !== type),
})

/** Everything goes where the first thing went. */
function toFirst(items: readonly IngressItem[], memory: Map<string, IngressItem>): readonly IngressItem[] {
  return items.map((item) => {
    const first = memory.get('first') ?? item
    memory.set('first', first)
    const { connectionId } = first.event.data as { connectionId: string }
    const data = { ...(item.event.data as object), connectionId }
    return {
      ...item,
      tenantId: first.tenantId,
      dedupeScope: first.dedupeScope,
      event: { ...item.event, data },
    } as IngressItem
  })
}

function garbled(items: readonly IngressItem[]): readonly IngressItem[] {
  return items.map((item) => {
    const data = item.event.data as { content?: { text?: string } }
    const text = Buffer.from(data.content?.text ?? '').toString('latin1')
    const changed = data.content === undefined ? data : { ...data, content: { ...data.content, text } }
    return { ...item, event: { ...item.event, data: changed } } as IngressItem
  })
}

const {
  'reads only the first': _first,
  'knows no redelivery': _redelivery,
  'believes everybody': _everybody,
  'drops the unknown': _unknown,
  'routes all to one account': _account,
  'reads bytes as Latin-1': _latin,
  'takes a broken body as empty': _broken,
  ...shared
} = MUTANTS

/** Those of WhatsApp that do not read a webhook, and mail's own. */
export const EMAIL_MUTANTS = {
  ...shared,
  'reads only the first': { store: (items) => items.slice(0, 1) },
  'knows no redelivery': { store: (items) => items.map((item) => ({ ...item, dedupeKey: randomUUID() })) },
  'drops the unknown': without('channel.unknown.received.v1'),
  'drops echoes': without('channel.message.echoed.v1'),
  'drops reports': without('channel.status.changed.v1'),
  'routes all to one account': { store: toFirst },
  'reads bytes as Latin-1': { store: garbled },
} as const satisfies Record<string, EmailMutant>

export type EmailMutantName = keyof typeof EMAIL_MUTANTS
