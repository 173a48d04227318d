import { type ChannelTemplates, type ChannelTemplateWrite, type Connection, problem, type Reply } from '@parley/core'
import type { Template } from '../../models/template.ts'
import type { RouteContext } from '../context.ts'

/** The vendor behind a connection, as far as it lets others write. */
export interface Vendor {
  readonly connection: Connection
  readonly writes: ChannelTemplates
}

/** Answers that all routes which write at a vendor share. */
export const VENDOR_ANSWERS = {
  409: {
    description:
      "The channel does not run here, takes no templates, or the vendor refuses the connection's credential.",
  },
  422: { description: 'The vendor refuses this; the detail is its own.' },
  503: { description: 'The vendor did not answer; whether it took this, the next sync tells.' },
}

export async function vendorOf(
  { connections, vendors }: RouteContext,
  tenantId: string,
  connectionId: string,
): Promise<Vendor | undefined> {
  const connection = await connections.get(tenantId, connectionId)
  const writes = connection && vendors.byKey(connection.provider)
  return connection === undefined || writes === undefined ? undefined : { connection, writes }
}

export const noVendor = (connectionId: string): Reply =>
  problem(409, 'template.channel-not-running', `Connection ${connectionId} has no channel here that keeps templates.`)

export const notWritable = ({ connection }: Vendor): Reply =>
  problem(409, 'template.not-writable', `Templates of "${connection.provider}" are written at the vendor, not here.`)

export function refusedBy(result: Extract<ChannelTemplateWrite, { ok: false }>): Reply {
  const { failure, code, detail } = result
  if (failure === 'refused') return problem(422, 'template.refused', `The vendor refuses this (${code}): ${detail}`)
  if (failure === 'auth')
    return problem(409, 'template.connection-refused', `The vendor refuses the connection (${code}): ${detail}`)
  return problem(
    503,
    'template.vendor-unavailable',
    `The vendor did not carry this out for certain (${code}): ${detail}`,
  )
}

/** Where a copy that is still on the list belongs. */
export function connectionOf(copy: Template): Pick<Connection, 'id' | 'provider'> {
  return { id: copy.connection_id ?? '', provider: copy.channel ?? '' }
}
