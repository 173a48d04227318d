import type { WebhookReceiver } from '@parley/core'
import type { Mutant } from '../../core/testing/mutant-channel/mutants.ts'
import { PLATFORM_MUTANTS } from '../meta/platform-mutants.ts'

type Parsed = Extract<ReturnType<WebhookReceiver['parse']>, { ok: true }>

/** Changes what was read of a good body. */
function reading(change: (parsed: Parsed) => Parsed): Mutant {
  return {
    receiver: (right) => ({
      parse: (request) => {
        const parsed = right.parse(request)
        return parsed.ok ? change(parsed) : parsed
      },
    }),
  }
}

const without = (pattern: RegExp) =>
  reading((parsed) => ({ ...parsed, items: parsed.items.filter((item) => !pattern.test(item.dedupeKey)) }))

/** The mistakes of the other channels; those that know a vendor's ids are made anew. */
export const REMOTE_MUTANTS = {
  ...PLATFORM_MUTANTS,
  'drops the unknown': without(/^event:unknown\//),
  'drops echoes': without(/^event:echo\//),
  'drops receipts': without(/^event:tin-/),
  'tells the token': {
    send: async (right, request) => {
      const result = await right.send(request)
      const told = request.connection.secrets.signingSecret ?? ''
      return result.ok ? result : { ...result, detail: `${result.detail} (with ${told})` }
    },
  },
  'gives up on a passing fault': {
    send: async (right, request) => {
      const result = await right.send(request)
      return result.ok || result.failure !== 'retryable' ? result : { ...result, failure: 'content' }
    },
  },
  'calls sent what was refused': {
    send: async (right, request) => {
      const result = await right.send(request)
      return result.ok ? result : { ok: true, externalId: `made-up-${request.correlationId}` }
    },
  },
  'never finds a file': {
    fetch: () => async () => ({ ok: false, failure: 'gone', detail: 'never there' }),
  },
  'drops what was read': without(/^event:.*\/read$/),
} as const satisfies Record<string, Mutant>

export type RemoteMutantName = keyof typeof REMOTE_MUTANTS
