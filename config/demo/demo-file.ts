import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoUser } from './seed-user.ts'

/** A simulated page, or professional account. */
export interface DemoPlatformAccount {
  readonly endpointUrl: string
  readonly verifyToken: string
  readonly appSecret: string
  readonly id: string
  readonly graphBaseUrl: string
}

/** A simulated sender of Twilio's. */
export interface DemoTwilioSender {
  readonly endpointUrl: string
  readonly accountSid: string
  readonly authToken: string
  /** `+15005550006`, `whatsapp:+15005550006` */
  readonly id: string
  readonly apiBaseUrl: string
}

/** An address at a simulated vendor of mail. */
export interface DemoMailbox {
  readonly address: string
  readonly apiKey: string
  readonly apiBaseUrl: string
  readonly hookPath: string
  /** Empty where the vendor posts all to the hook. */
  readonly inboundPath: string
  /** What the simulator signs with. */
  readonly signing: string
}

/** The reference remote, and what signs on either side. */
export interface DemoRemote {
  readonly url: string
  readonly account: string
  readonly endpointUrl: string
  readonly secrets: { readonly app: string; readonly endpoint: string; readonly account: string }
}

/** `demo.json` in `PARLEY_HOME`: all that one needs to try the demo from outside. Secrets of the demo only; mode 0600. */
export interface DemoFile {
  readonly baseUrl: string
  readonly tenantId: string
  readonly apiKey: string
  /** Who signs in as the owner. */
  readonly user?: DemoUser
  readonly webchat: { readonly pageUrl: string; readonly channelId: string }
  readonly messenger?: DemoPlatformAccount
  readonly instagram?: DemoPlatformAccount
  readonly twilio?: DemoTwilioSender
  readonly 'twilio-whatsapp'?: DemoTwilioSender
  readonly sendgrid?: DemoMailbox
  readonly resend?: DemoMailbox
  readonly remote?: DemoRemote
  readonly whatsapp: {
    readonly endpointUrl: string
    readonly verifyToken: string
    readonly appSecret: string
    readonly phoneNumberId: string
    readonly graphBaseUrl: string
  }
}

/** The file as kept, with what only the demo itself needs again. */
export interface KeptDemo extends DemoFile {
  readonly accessToken: string
}

const fileIn = (home: string) => join(home, 'demo.json')

export async function readDemoFile(home: string): Promise<KeptDemo | undefined> {
  try {
    return JSON.parse(await readFile(fileIn(home), 'utf8')) as KeptDemo
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whole or not at all: a reader never meets half a file. */
export async function writeDemoFile(home: string, demo: KeptDemo): Promise<void> {
  await mkdir(home, { recursive: true })
  const draft = `${fileIn(home)}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  await chmod(draft, 0o600)
  await rename(draft, fileIn(home))
}
