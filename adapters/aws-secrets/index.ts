import { definePlugin, provide, secretsSource } from '@parley/core'
import { AwsSecrets } from './aws-secrets.ts'
import { type AwsSecretsSettings, awsSecretsSettings } from './settings.ts'

/** Secrets from AWS Secrets Manager. */
export default definePlugin({
  manifest: { provides: [secretsSource], settings: { app: awsSecretsSettings } },
  deps: {},
  register: (_, settings: AwsSecretsSettings) => ({
    providers: [provide(secretsSource, { value: new AwsSecrets(settings) })],
  }),
})
