import { createHash, randomBytes } from 'node:crypto'
import { ResendSimulator } from '../../adapters/resend/simulator/index.ts'
import { SendGridSimulator } from '../../adapters/sendgrid/simulator/index.ts'
import type { Kernel } from '../../core/kernel/kernel.ts'
import type { DemoFile, DemoMailbox } from './demo-file.ts'

const CHANNELS = ['sendgrid', 'resend'] as const
type Channel = (typeof CHANNELS)[number]

const DOMAIN = 'demo.example'
const MAILBOXES: Readonly<Record<Channel, { readonly address: string; readonly name: string }>> = {
  sendgrid: { address: `hello@${DOMAIN}`, name: 'Mail at SendGrid (simulated)' },
  resend: { address: `hi@${DOMAIN}`, name: 'Mail at Resend (simulated)' },
}

/** The simulated far end of both vendors of mail inside a demo. What they sign with is the same on every start. */
export async function startDemoMail(kept: Pick<DemoFile, Channel> | undefined) {
  const { sendgrid: sendgridBefore, resend: resendBefore } = kept ?? {}
  const sendgrid = new SendGridSimulator(sendgridBefore === undefined ? {} : { signingKey: sendgridBefore.signing })
  const resend = new ResendSimulator(resendBefore === undefined ? {} : { signingSecret: resendBefore.signing })
  const settings = (apiBaseUrl: string) => ({ apiBaseUrl, egress: { allow: ['127.0.0.0/8'] } })
  return {
    sendgrid,
    resend,
    settings: {
      './adapters/sendgrid': settings(await sendgrid.listen()),
      './adapters/resend': settings(await resend.listen()),
    },
    stop: () => Promise.all([sendgrid.close(), resend.close()]),
  }
}

export type DemoMail = Awaited<ReturnType<typeof startDemoMail>>

interface Tenant {
  readonly tenantId: string
  readonly baseUrl: string
}

/** The demo tenant's addresses, made on the first start and found on later ones. */
export async function seedMail(
  kernel: Kernel,
  tenant: Tenant,
  known: DemoFile | undefined,
  mail: DemoMail,
): Promise<Pick<DemoFile, Channel>> {
  const seeded: Partial<Record<Channel, DemoMailbox>> = {}
  for (const channel of CHANNELS) {
    // A process may run a subset of the plugins.
    if (kernel.plugins.find(channel)?.state !== 'started') continue
    const mailbox = known?.[channel] ?? (await connect(kernel, tenant.tenantId, channel, mail))
    const at = (path: string) => `${tenant.baseUrl}${path}`
    const { apiKey, hookPath, inboundPath } = mailbox
    if (channel === 'sendgrid')
      mail.sendgrid.addAccount({ apiKey, domains: [DOMAIN], eventUrl: at(hookPath), inboundUrl: at(inboundPath) })
    else mail.resend.addAccount({ apiKey, domains: [DOMAIN], endpointUrl: at(hookPath) })
    seeded[channel] = { ...mailbox, apiBaseUrl: mail[channel].url }
  }
  return seeded
}

async function connect(kernel: Kernel, tenantId: string, channel: Channel, mail: DemoMail): Promise<DemoMailbox> {
  const { sendgrid, resend } = mail
  const secrets: Record<string, string> =
    channel === 'sendgrid'
      ? { verificationKey: sendgrid.state.verificationKey }
      : { signingSecret: resend.state.signingSecret }
  const endpoint = await kernel.connections.createEndpoint({ adapter: channel, tenantId, secrets })
  const apiKey = randomBytes(24).toString('base64url')
  const token = randomBytes(24).toString('base64url')
  const { address, name } = MAILBOXES[channel]
  const { id } = await kernel.database.transaction(tenantId, (uow) =>
    kernel.connections.create(uow, {
      ...{ provider: channel, externalId: address, name, endpointId: endpoint.id },
      settings: channel === 'sendgrid' ? { inboundTokenSha256: createHash('sha256').update(token).digest('hex') } : {},
      secrets: { apiKey },
    }),
  )
  return {
    ...{ address, apiKey, hookPath: `/hooks/${channel}/${endpoint.id}` },
    inboundPath: channel === 'sendgrid' ? `/api/sendgrid/inbound/${id}/${token}` : '',
    signing: channel === 'sendgrid' ? sendgrid.state.signingKey : resend.state.signingSecret,
    apiBaseUrl: mail[channel].url,
  }
}
