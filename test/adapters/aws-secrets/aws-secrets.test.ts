import { expect } from 'chai'
import Joi from 'joi'
import { AwsSecrets } from '../../../adapters/aws-secrets/aws-secrets.ts'
import { awsSecretsSettings } from '../../../adapters/aws-secrets/settings.ts'
import { SecretsManagerSimulator } from './simulator.ts'

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'the-secret-access-key' }

describe('secrets from AWS Secrets Manager', () => {
  const vendor = new SecretsManagerSimulator(credentials)
  let endpoint: string
  before(async () => {
    endpoint = await vendor.listen()
    vendor.secrets.set('prod/parley', { value: '{"databaseUrl":"postgres://x"}', version: 'v-2' })
    vendor.secrets.set('prod/bytes', { value: 'in bytes', binary: true, version: 'v-1' })
  })
  after(() => vendor.close())

  const source = (more: object = {}) =>
    new AwsSecrets(
      Joi.attempt({ endpoint, region: 'eu-central-1', maxAttempts: 1, ...credentials, ...more }, awsSecretsSettings),
    )

  it('are read by name, as text or bytes, with their version, every request signed', async () => {
    expect(await source().read('prod/parley')).to.deep.equal({
      ok: true,
      value: '{"databaseUrl":"postgres://x"}',
      version: 'v-2',
    })
    expect(await source().read('prod/bytes')).to.deep.equal({ ok: true, value: 'in bytes', version: 'v-1' })
  })

  it('that are not there, that we may not have and that cannot be asked for are three things', async () => {
    expect(await source().read('prod/none')).to.include({ ok: false, reason: 'not-found' })
    expect(await source({ secretAccessKey: 'another' }).read('prod/parley')).to.include({ reason: 'refused' })
    expect(await source({ accessKeyId: 'AKIAOTHER' }).read('prod/parley')).to.include({ reason: 'refused' })
    const down = source({ endpoint: 'http://127.0.0.1:9' })
    expect(await down.read('prod/parley')).to.include({ reason: 'unavailable', retryable: true })
  })

  it('are asked for again when AWS throttles', async () => {
    vendor.faults.add({ kind: 'throttle', times: 1 })
    expect(await source({ maxAttempts: 3 }).read('prod/parley')).to.include({ ok: true })
  })
})
