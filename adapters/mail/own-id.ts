import { createHash } from 'node:crypto'

/** What our own Message-ID says about a mail. */
export interface OwnMail {
  readonly correlationId: string
  /** True when the mail went from this connection to this address: a reference in somebody else's mail is no answer of theirs. */
  isBetween(connectionId: string, address: string): boolean
}

const OWN = /^parley\.([\w-]+)\.([0-9a-f]{24})@/

/**
 * A Message-ID, without brackets, made from what every report and answer gives back: our id of the message, and a seal over the
 * connection and the person. So a bounce, a copy in the Sent folder and a reply find the send without a table.
 */
export function ownMessageId(mail: {
  correlationId: string
  connectionId: string
  to: string
  domain: string
}): string {
  const { correlationId, connectionId, to, domain } = mail
  return `parley.${Buffer.from(correlationId).toString('base64url')}.${sealOf(correlationId, connectionId, to)}@${domain}`
}

/** `undefined` when the id is not one of ours. */
export function readOwnId(messageId: string): OwnMail | undefined {
  const [, encoded, seal] = OWN.exec(messageId) ?? []
  if (encoded === undefined || seal === undefined) return undefined
  const correlationId = Buffer.from(encoded, 'base64url').toString('utf8')
  return { correlationId, isBetween: (connectionId, address) => sealOf(correlationId, connectionId, address) === seal }
}

function sealOf(correlationId: string, connectionId: string, to: string): string {
  const parts = JSON.stringify([correlationId, connectionId, to.toLowerCase()])
  return createHash('sha256').update(parts).digest('hex').slice(0, 24)
}
