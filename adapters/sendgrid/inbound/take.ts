import { createHash } from 'node:crypto'
import type { Connection, Connections } from '@parley/core'
import { type IntakeParts, takeIn, takeUnknown } from '../../mail/api/intake.ts'
import { type Keeper, keepBytes } from '../../mail/api/raw-mail.ts'
import type { SendGridSettings } from '../settings.ts'
import { envelopeTo } from './fields.ts'
import { readForm } from './form.ts'
import { keepMail } from './kept-mail.ts'
import { receiversOf } from './receivers.ts'

export interface TakeParts extends IntakeParts {
  readonly connections: Connections
  readonly settings: SendGridSettings
}

export interface InboundCall {
  readonly body: Buffer
  readonly contentType: string | string[] | undefined
}

/**
 * Keeps one call: the mail's files in the store, its events in the log. Resolves once all of it is safe, and throws when it is
 * not, so that SendGrid comes back. A mail that came before leaves nothing twice.
 */
export async function takeMail(parts: TakeParts, connection: Connection, call: InboundCall): Promise<void> {
  const form = await readForm(call.body, [call.contentType].flat()[0])
  if (form === undefined) return takeUnreadable(parts, connection, call.body)
  const siblings = await parts.connections.list(connection.tenantId, { provider: connection.provider })
  for (const receiver of receiversOf(connection, siblings, envelopeTo(form)))
    await takeIn(parts, receiver, await keepMail(keeperOf(parts, receiver), form))
}

/** The bytes are kept whole, for somebody to look at. */
async function takeUnreadable(parts: TakeParts, connection: Connection, body: Buffer): Promise<void> {
  const objectKey = await keepBytes(keeperOf(parts, connection), body, 'application/octet-stream')
  const id = createHash('sha256').update(body).digest('base64url')
  const raw = { objectKey, bytes: body.length }
  await takeUnknown(parts, connection, { vendorKind: 'inbound-form', id, raw, objectKeys: [objectKey] })
}

function keeperOf({ store, settings }: TakeParts, { tenantId }: Connection): Keeper {
  return { store, tenantId, maxBytes: settings.maxInboundBytes }
}
