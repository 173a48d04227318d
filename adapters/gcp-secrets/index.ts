import { definePlugin, provide, secretsSource } from '@parley/core'
import { GcpSecrets } from './gcp-secrets.ts'
import { type GcpSecretsSettings, gcpSecretsSettings } from './settings.ts'

/** Secrets from Google Cloud Secret Manager. */
export default definePlugin({
  manifest: { provides: [secretsSource], settings: { app: gcpSecretsSettings } },
  deps: {},
  register: (_, settings: GcpSecretsSettings) => ({
    providers: [provide(secretsSource, { value: new GcpSecrets(settings) })],
  }),
})
