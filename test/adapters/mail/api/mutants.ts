import { randomUUID } from 'node:crypto'
import type { Connections, Contributions, Ingress, IngressItem } from '@parley/core'
import { mutate } from '../../../core/testing/mutant-channel/index.ts'
import { MUTANTS, type Mutant, without } from '../../../core/testing/mutant-channel/mutants.ts'
import { CAUGHT_BY, type CaughtBy } from '../../../core/testing/notices-mutants.ts'

/** What the mutants of a mail vendor's adapter reach: what it gives, and the ports through which mail comes in. */
export interface MailMutant extends Mutant {
  readonly ingress?: (right: Ingress) => Ingress
  readonly connections?: (right: Connections) => Connections
}

/** Changes what is kept of a call; `undefined` keeps nothing of it. */
function keeping(change: (item: IngressItem, count: number) => IngressItem | undefined): MailMutant {
  return {
    ingress: (right) => {
      let count = 0
      return {
        async ingest(items) {
          const changed = items.flatMap((item) => change(item, count++) ?? [])
          await right.ingest(changed)
          return items.map(() => 'stored' as const)
        },
      }
    },
  }
}

/** Every mail goes where the first one went. */
function toTheFirst(): MailMutant {
  let first: IngressItem | undefined
  return keeping((item) => {
    first ??= item
    const connectionId = first.dedupeScope
    const data = { ...(item.event.data as object), connectionId }
    return { ...item, tenantId: first.tenantId, dedupeScope: connectionId, event: { ...item.event, data } }
  })
}

const inLatin1 = keeping((item) => {
  const data = item.event.data as { content?: { text?: string } }
  const text = Buffer.from(data.content?.text ?? '').toString('latin1')
  return { ...item, event: { ...item.event, data: { ...data, content: { ...data.content, text } } } }
})

const withoutKey: MailMutant = {
  ...MUTANTS['believes everybody'],
  connections: (right) => ({
    ...bound(right),
    locate: async (provider, id) => {
      const found = await right.locate(provider, id)
      if (found === undefined) return undefined
      const { inboundKey: _key, ...settings } = found.settings
      return { ...found, settings, secrets: found.secrets }
    },
  }),
}

function bound(right: Connections): Connections {
  return {
    get: right.get.bind(right),
    locate: right.locate.bind(right),
    list: right.list.bind(right),
    create: right.create.bind(right),
    update: right.update.bind(right),
    createEndpoint: right.createEndpoint.bind(right),
  }
}

const {
  'reads only the first': _first,
  'reads bytes as Latin-1': _latin,
  'routes all to one account': _account,
  'drops the unknown': _unknown,
  'hopes that a lost file comes back': _file,
  'knows no redelivery': forgetful,
  'believes everybody': _everybody,
  ...shared
} = MUTANTS

/** The mistakes that an adapter of a mail vendor could make, one each. */
export const MAIL_MUTANTS = {
  ...shared,
  'believes everybody': withoutKey,
  'loses every second mail': keeping((item, count) => (count % 2 === 0 ? item : undefined)),
  'knows no redelivery': {
    ...keeping((item) => ({ ...item, dedupeKey: randomUUID() })),
    receiver: forgetful.receiver,
  },
  'routes all to one account': toTheFirst(),
  'reads bytes as Latin-1': inLatin1,
  'drops the unknown': without(/^unknown:/),
  'drops statuses': without(/^status:/),
} as const satisfies Record<string, MailMutant>

export type MailMutantName = keyof typeof MAIL_MUTANTS

/** The adapter's ports with the mistake in them. */
export function mutatedDeps<D extends { readonly ingress: Ingress; readonly connections: Connections }>(
  deps: D,
  mutant: MailMutant,
): D {
  return {
    ...deps,
    ingress: mutant.ingress?.(deps.ingress) ?? deps.ingress,
    connections: mutant.connections?.(deps.connections) ?? deps.connections,
  }
}

export function mutatedMail(right: Contributions, mutant: MailMutant): Contributions {
  return mutate(right, mutant)
}

const { 'reads only the first': _batch, ...all } = CAUGHT_BY

export const MAIL_CAUGHT_BY: CaughtBy = {
  ...all,
  'loses every second mail': ['batch', 'inConversation'],
  'drops statuses': ['earlyStatus', 'settlesUnknown'],
}
