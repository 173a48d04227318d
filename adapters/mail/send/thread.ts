import { type Database, identityKey, type MessageView, type SendRequest, type ThreadHistory } from '@parley/core'

/** How an outgoing mail goes on with what was written before. Ids are without brackets. */
export interface MailThread {
  readonly subject?: string
  readonly inReplyTo?: string
  /** Oldest first, `inReplyTo` last. */
  readonly references: readonly string[]
  /** A program wrote it, not a person: it goes out as such, so that no other program answers it (RFC 3834). */
  readonly automatic: boolean
}

/** Enough to find what is answered; the chain of references ends where this does. */
const LOOKED_AT = 50
const MAX_REFERENCES = 20

export interface ThreadReading {
  readonly database: Database
  /** Absent where nothing keeps messages: then every mail stands alone, but for what it quotes. */
  readonly history: ThreadHistory | undefined
}

/** What the inbox knows of this person on this connection, and of nobody else. */
export async function threadBefore(
  { database, history }: ThreadReading,
  { connection, to, correlationId, replyTo }: Pick<SendRequest, 'connection' | 'to' | 'correlationId' | 'replyTo'>,
): Promise<MailThread> {
  const messages = history === undefined ? [] : await newest({ database, history }, connection, identityKey(to))
  return threadFrom(messages, { correlationId, ...(replyTo === undefined ? {} : { replyTo }) })
}

/** Message-IDs of the person's thread. */
export async function knownIds(
  { database, history }: ThreadReading,
  connection: { readonly tenantId: string; readonly id: string },
  key: string,
): Promise<ReadonlySet<string>> {
  const messages = history === undefined ? [] : await newest({ database, history }, connection, key)
  return new Set(messages.flatMap(({ externalId }) => externalId ?? []))
}

async function newest(
  { database, history }: { database: Database; history: ThreadHistory },
  connection: { readonly tenantId: string; readonly id: string },
  key: string,
): Promise<readonly MessageView[]> {
  const query = { connectionId: connection.id, identityKey: key, afterRevision: 0, limit: LOOKED_AT, newest: true }
  const { messages } = await database.transaction(connection.tenantId, (uow) => history.read(uow, query))
  return messages.toSorted((one, other) => other.seq - one.seq)
}

/** @param messages newest first */
export function threadFrom(
  messages: readonly MessageView[],
  { correlationId, replyTo }: { correlationId: string; replyTo?: string },
): MailThread {
  const own = messages.find(({ id }) => id === correlationId)
  const automatic = own?.author !== undefined && own.author.kind !== 'agent'
  const answered =
    replyTo === undefined ? messages.find(isInboundMail) : messages.find(({ externalId }) => externalId === replyTo)
  const chain = chainTo(answered, messages)
  const references = chain.flatMap(({ externalId }) => externalId ?? []).slice(-MAX_REFERENCES)
  const inReplyTo = answered?.externalId ?? replyTo
  const ids = inReplyTo === undefined || references.includes(inReplyTo) ? references : [...references, inReplyTo]
  const subject = subjectOf(chain.toReversed()) ?? subjectOf(messages.filter((message) => message !== own))
  return {
    references: ids,
    automatic,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(subject === undefined ? {} : { subject }),
  }
}

function isInboundMail({ direction, externalId, kind }: MessageView): boolean {
  return direction === 'in' && kind === 'email' && externalId !== undefined
}

/** What the answered message answers, and so on; oldest first. */
function chainTo(last: MessageView | undefined, messages: readonly MessageView[]): readonly MessageView[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const chain: MessageView[] = []
  for (let one = last; one !== undefined && !chain.includes(one); one = byId.get(one.replyTo ?? '')) chain.unshift(one)
  return chain
}

function subjectOf(newestFirst: readonly MessageView[]): string | undefined {
  for (const { content } of newestFirst)
    if (content.kind === 'email' && content.subject !== undefined && content.subject !== '') return content.subject
  return undefined
}

const REPLY = /^\s*((re|aw|antw|sv|vs|r|odp|ynt|rif)(\[\d+\])?\s*:\s*)+/i

/** `Re: ` once, whatever languages the subject went through. */
export function replySubject(subject: string): string {
  return `Re: ${subject.replace(REPLY, '').trim()}`
}
