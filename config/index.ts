import { defineConfig } from '../core/config/define-config.ts'
import { startDemo } from './demo/start-demo.ts'

/** What this installation is made of. Order does not matter: ports decide it. */
export default defineConfig({
  plugins: [
    { use: files() },
    { use: './adapters/images' },
    { use: './adapters/aws-secrets' },
    { use: './adapters/gcp-secrets' },
    { use: './adapters/kafka' },
    { use: './adapters/whatsapp', settings: graph() },
    { use: './adapters/messenger', settings: { ...graph(), ...publicUrl() } },
    { use: './adapters/instagram', settings: { ...graph(), ...publicUrl() } },
    { use: './adapters/twilio', settings: publicUrl() },
    { use: './adapters/twilio/whatsapp', settings: publicUrl() },
    { use: './adapters/email' },
    { use: './adapters/sendgrid' },
    { use: './adapters/resend' },
    { use: './adapters/webchat' },
    { use: './adapters/remote', settings: publicUrl() },
    { use: './adapters/outbox-mail' },
    { use: './adapters/openid' },
    { use: './plugins/accounts' },
    { use: './plugins/admin' },
    { use: './plugins/consent' },
    { use: './plugins/contacts' },
    { use: './plugins/flags' },
    { use: './plugins/inbox' },
    { use: './plugins/templates' },
    { use: './plugins/webhooks' },
    { use: './plugins/notifications' },
  ],
  demo: startDemo,
})

/** A bucket where one is named, a folder otherwise. What one of them keeps the other does not find. */
function files(): string {
  return process.env.S3_FILES_BUCKET ? './adapters/s3-files' : './adapters/local-files'
}

/** Where Meta and remotes fetch our files from. */
function publicUrl(): object {
  const { PUBLIC_URL: url } = process.env
  return url === undefined || url === '' ? {} : { publicUrl: url }
}

/** Meta's own address unless another is set. */
function graph(): object {
  const { GRAPH_BASE_URL: graphBaseUrl } = process.env
  return graphBaseUrl === undefined || graphBaseUrl === '' ? {} : { graphBaseUrl }
}
