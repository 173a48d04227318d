import {
  type ChannelCapabilities,
  type ConnectionHealth,
  OUTBOUND_KINDS,
  type OutboundContent,
  type OutboundKind,
  type Refusal,
  type Result,
  refuse,
  type SendRefusal,
} from '@parley/core'
import { type ConsentFacts, objection } from './consent.ts'
import { humanWindowEnd } from './human-window.ts'

/** What opened the window: a message, or a referral (an ad, a link), which some channels let run longer. */
export type Opener = 'message' | 'referral'

/** All that decides whether this person may be written to, as data. */
export interface SendabilityFacts extends ConsentFacts {
  readonly now: Date
  /** Absent when the connection's channel does not run here. */
  readonly capabilities: ChannelCapabilities | undefined
  readonly health: ConnectionHealth
  readonly opener: Opener | null
  readonly expiresAt: Date | null
  /** The customer's last act; absent before the first. */
  readonly customerAt?: Date | null
  readonly blocked: boolean
}

export interface Sendability {
  /** True when a free message may be sent now. */
  readonly open: boolean
  readonly opener: Opener | null
  readonly expiresAt: string | null
  /** Kinds that would pass the gate now. */
  readonly allowed: readonly OutboundKind[]
  readonly maxTextLength: number | null
  /** Until when people, and only they, may still write after the window; null where they have no longer. */
  readonly humanUntil: string | null
  /** Why the list is shorter than what the channel can do. */
  readonly reasons: readonly SendRefusal[]
  /** The first reason in words, for the agent. */
  readonly detail: string | null
}

/** Read by the composer before anything is written. */
export function sendability(facts: SendabilityFacts): Sendability {
  const barred = barrier(facts, 'conversation')
  const open = windowOpen(facts)
  const sends = facts.capabilities?.sends ?? []
  const writable = open || humanWindowOpen(facts)
  const allowed = barred.ok ? sends.filter((kind) => writable || whenClosed(facts).includes(kind)) : []
  const closed = writable ? undefined : windowClosed(facts)
  const refusal = barred.ok ? closed : barred
  return {
    open: barred.ok && open,
    opener: facts.opener,
    expiresAt: facts.expiresAt?.toISOString() ?? null,
    allowed: OUTBOUND_KINDS.filter((kind) => allowed.includes(kind)),
    maxTextLength: facts.capabilities?.maxTextLength ?? null,
    humanUntil: humanWindowEnd(facts.capabilities, facts.customerAt)?.toISOString() ?? null,
    reasons: refusal === undefined ? [] : [refusal.reason],
    detail: refusal?.detail ?? null,
  }
}

/** The one gate: agents, bots, campaigns and reminders all pass here. `byPerson`: an agent wrote it with their own hands. */
export function checkSend(
  facts: SendabilityFacts,
  content: OutboundContent,
  purpose = 'conversation',
  byPerson = false,
): Result<object, SendRefusal> {
  const barred = barrier(facts, purpose)
  if (!barred.ok) return barred
  const capabilities = facts.capabilities
  if (capabilities === undefined || !capabilities.sends.includes(content.kind))
    return refuse('kind-not-supported', `This channel does not send messages of kind "${content.kind}".`)
  const writable = windowOpen(facts) || (byPerson && purpose === 'conversation' && humanWindowOpen(facts))
  if (!writable && !whenClosed(facts).includes(content.kind)) return windowClosed(facts)
  return checkLength(capabilities, content)
}

function barrier(facts: SendabilityFacts, purpose: string): Result<object, SendRefusal> {
  if (facts.capabilities === undefined)
    return refuse('channel-not-running', 'The channel of this conversation is not running.', true)
  if (facts.health === 'auth-failed')
    return refuse('channel-unhealthy', "The channel's account refuses our credential; mend the connection first.", true)
  if (facts.blocked) return refuse('opted-out', 'This contact is blocked.')
  return objection(facts, purpose) ?? { ok: true }
}

function windowClosed(facts: SendabilityFacts): Refusal<'window-closed'> {
  return refuse('window-closed', `The window is closed: now this channel sends only ${listed(whenClosed(facts))}.`)
}

function checkLength(capabilities: ChannelCapabilities, content: OutboundContent): Result<object, SendRefusal> {
  if (!('text' in content) || content.text === undefined) return { ok: true }
  const caption = 'media' in content
  const limit = caption ? capabilities.maxCaptionLength : capabilities.maxTextLength
  const length = [...content.text].length
  if (length <= limit) return { ok: true }
  return refuse('too-long', `The text has ${length} characters; this channel takes ${limit}.`)
}

function windowOpen(facts: SendabilityFacts): boolean {
  if (facts.capabilities?.window === null) return true
  return facts.expiresAt !== null && facts.now.getTime() < facts.expiresAt.getTime()
}

function humanWindowOpen(facts: SendabilityFacts): boolean {
  const end = humanWindowEnd(facts.capabilities, facts.customerAt)
  return end !== undefined && facts.now.getTime() < end.getTime()
}

function whenClosed(facts: SendabilityFacts): readonly OutboundKind[] {
  return facts.capabilities?.window?.whenClosed ?? []
}

function listed(kinds: readonly string[]): string {
  return kinds.length === 0 ? 'nothing' : kinds.join(', ')
}
