import { randomBytes } from 'node:crypto'
import { startDemoSimulator } from '../../adapters/whatsapp/simulator/index.ts'
import type { Demo } from '../../core/config/define-config.ts'
import type { KernelSettings } from '../../core/config/settings.ts'
import { readDemoFile, writeDemoFile } from './demo-file.ts'
import { startDemoMail } from './mail.ts'
import { startDemoPlatform } from './platform.ts'
import { startDemoRemote } from './remote.ts'
import { seedTenant } from './seed-tenant.ts'
import { DEMO_EMAIL } from './seed-user.ts'
import { startDemoTwilio } from './twilio.ts'

/**
 * Something to try at once: a tenant with a web chat and a WhatsApp number whose far end is the simulator, inside this
 * process, unless `GRAPH_BASE_URL` names another. `PARLEY_DEMO=false` leaves it out, and so does `NODE_ENV=production`.
 */
export async function startDemo(settings: KernelSettings): Promise<Demo | undefined> {
  const { PARLEY_DEMO: wanted, NODE_ENV: environment, GRAPH_BASE_URL: elsewhere } = process.env
  if (wanted === 'false' || (wanted === undefined && environment === 'production')) return undefined
  const kept = await readDemoFile(settings.home)
  const accessToken = kept?.accessToken ?? randomBytes(24).toString('base64url')
  const simulated = elsewhere === undefined || elsewhere === '' ? await startDemoSimulator({}) : undefined
  const graphBaseUrl = simulated?.graphBaseUrl ?? elsewhere ?? ''
  const platform = simulated && (await startDemoPlatform())
  const twilio = simulated && (await startDemoTwilio(settings))
  const mail = simulated && (await startDemoMail(kept))
  const remote = simulated && (await startDemoRemote(kept?.remote))
  return {
    settings: {
      './adapters/whatsapp': { graphBaseUrl },
      ...platform?.settings,
      ...twilio?.settings,
      ...mail?.settings,
      ...remote?.settings,
      './adapters/outbox-mail': { page: true },
      './plugins/accounts': { superAdmins: [DEMO_EMAIL] },
    },
    async seed(kernel) {
      const { file, account } = await seedTenant(kernel, kept, {
        graphBaseUrl,
        accessToken,
        ...(platform === undefined ? {} : { platform }),
        ...(twilio === undefined ? {} : { twilio }),
        ...(mail === undefined ? {} : { mail }),
        ...(remote === undefined ? {} : { remote }),
      })
      simulated?.simulator.addAccount(account)
      await writeDemoFile(settings.home, { ...file, accessToken })
      return [
        `  Write as a customer:  ${file.webchat.pageUrl}`,
        `  Or on WhatsApp:       npm run parley -- simulate whatsapp "Hello"`,
        ...(platform === undefined
          ? []
          : [
              `                        (or simulate messenger, instagram, twilio, twilio-whatsapp, sendgrid, resend, remote)`,
            ]),
        `  Answer as an agent:   curl -H "Authorization: Bearer ${file.apiKey}" ${file.baseUrl}/api/conversations`,
        ...(file.user === undefined
          ? []
          : [
              `  Sign in:              curl -H "Content-Type: application/json" -d '${JSON.stringify(file.user)}' ${file.baseUrl}/api/auth/login`,
              `  Mail to users:        ${file.baseUrl}/outbox`,
            ]),
        `  The API:              ${file.baseUrl}/api/openapi.json`,
      ]
    },
    async stop() {
      await simulated?.stop()
      await platform?.stop()
      await twilio?.stop()
      await mail?.stop()
      await remote?.stop()
    },
  }
}
