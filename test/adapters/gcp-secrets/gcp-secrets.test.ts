import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import Joi from 'joi'
import { GcpSecrets } from '../../../adapters/gcp-secrets/gcp-secrets.ts'
import { gcpSecretsSettings } from '../../../adapters/gcp-secrets/settings.ts'
import { SecretManagerSimulator } from './simulator.ts'

const pair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

describe('secrets from Google Secret Manager', function () {
  this.timeout(20_000)
  const [ours, foreign] = [pair(), pair()]
  const vendor = new SecretManagerSimulator(ours.publicKey)
  let endpoint: string
  let folder: string

  before(async () => {
    endpoint = await vendor.listen()
    vendor.secrets.set('projects/shop/secrets/parley', ['old', 'the newest'])
    folder = await mkdtemp(join(tmpdir(), 'parley-gcp-'))
    await keyFile('ours', ours.privateKey)
    await keyFile('foreign', foreign.privateKey)
  })
  after(async () => {
    await vendor.close()
    await rm(folder, { recursive: true })
  })

  /** As the Cloud console hands it out. */
  function keyFile(name: string, private_key: string): Promise<void> {
    const account = {
      ...{ type: 'service_account', project_id: 'shop', private_key_id: 'k1', private_key, client_id: '1' },
      ...{ client_email: 'parley@shop.iam.gserviceaccount.com', token_uri: 'https://oauth2.googleapis.com/token' },
    }
    return writeFile(join(folder, name), JSON.stringify(account))
  }

  const source = (key = 'ours', more: object = {}) =>
    new GcpSecrets(Joi.attempt({ endpoint, project: 'shop', keyFile: join(folder, key), ...more }, gcpSecretsSettings))

  it('are read by name, the latest version, every request signed by the account', async () => {
    expect(await source().read('parley')).to.deep.equal({ ok: true, value: 'the newest', version: '2' })
    const first = await source().read('projects/shop/secrets/parley/versions/1')
    expect(first).to.deep.equal({ ok: true, value: 'old', version: '1' })
  })

  it('that are not there, that we may not have and that cannot be asked for are three things', async () => {
    expect(await source().read('none')).to.include({ ok: false, reason: 'not-found' })
    expect(await source().read('forbidden')).to.include({ reason: 'refused' })
    expect(await source('foreign').read('parley')).to.include({ reason: 'refused' })
    vendor.faults.add({ kind: 'fail', times: 1 })
    expect(await source().read('parley')).to.include({ reason: 'unavailable', retryable: true })
  })
})
