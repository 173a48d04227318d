import type { Identity } from '@parley/core'
import type { RemoteEvent } from './event-types.ts'

export interface SandboxRules {
  /** The id that the remote is loaded under: kind of its own identities. */
  readonly as: string
  readonly identityKinds: readonly string[]
  readonly maxEventDepth: number
  readonly toleranceSeconds: number
}

export interface Fault {
  /** Below the event: `content.media.objectKey`. */
  readonly field: string
  readonly detail: string
}

/**
 * What the log's schemas would allow and a stranger may not: to name a file of ours, to vouch for a phone number or an address
 * (which would join its customers to those of other channels), to write from the future (which would hold a window open), to
 * nest deeper than anybody reads.
 */
export function faultOf(event: RemoteEvent, rules: SandboxRules, receivedAt: Date): Fault | undefined {
  return foreignFile(event) ?? foreignIdentity(event, rules) ?? fromTheFuture(event, rules, receivedAt)
}

/** Checked before anything else walks through it. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((held) => isDeeperThan(held, levels - 1))
}

function foreignFile({ content }: RemoteEvent): Fault | undefined {
  const { media, attachments = [] } = Object(content) as { media?: object; attachments?: readonly object[] }
  const detail = 'a remote names its own files, by `ref`'
  if (Object(media).objectKey !== undefined) return { field: 'content.media.objectKey', detail }
  const index = attachments.findIndex((attachment) => Object(attachment).objectKey !== undefined)
  return index === -1 ? undefined : { field: `content.attachments.${index}.objectKey`, detail }
}

function foreignIdentity(event: RemoteEvent, { as, identityKinds }: SandboxRules): Fault | undefined {
  for (const { field, kind } of identitiesOf(event))
    if (kind !== as && !kind.startsWith(`${as}-`) && !identityKinds.includes(kind))
      return {
        field,
        detail: `"${kind}" is not a kind that this remote may vouch for; its own are "${as}" and "${as}-…"`,
      }
  return undefined
}

function* identitiesOf({ sender, recipient }: RemoteEvent): Iterable<{ field: string; kind: string }> {
  for (const [name, party] of Object.entries({ sender, recipient })) {
    const { identities, kind } = Object(party) as { identities?: readonly Identity[]; kind?: string }
    if (kind !== undefined) yield { field: `${name}.kind`, kind }
    for (const [index, identity] of (identities ?? []).entries())
      yield { field: `${name}.identities.${index}.kind`, kind: identity.kind }
  }
}

function fromTheFuture(event: RemoteEvent, { toleranceSeconds }: SandboxRules, receivedAt: Date): Fault | undefined {
  const latest = receivedAt.getTime() + toleranceSeconds * 1000
  for (const field of ['occurredAt', 'upTo'])
    if (typeof event[field] === 'string' && Date.parse(event[field]) > latest)
      return { field, detail: 'lies in the future' }
  return undefined
}
