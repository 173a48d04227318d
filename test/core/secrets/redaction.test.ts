import { inspect } from 'node:util'
import { expect } from 'chai'
import { ParleyError } from '../../../core/plugin/errors.ts'
import { withHidden } from '../../../core/secrets/hidden.ts'
import { isSecretName, maskHeaders, redact } from '../../../core/secrets/redaction.ts'

describe('redaction', () => {
  it('knows a secret by its name, however it is spelled', () => {
    for (const name of [
      'password',
      'accessToken',
      'access_token',
      'App-Secret',
      'Authorization',
      'set-cookie',
      'API_KEY',
    ])
      expect(isSecretName(name), name).to.equal(true)
    for (const name of ['tokens', 'secretary', 'name', 'key', 'keyId', 'signatureVersion'])
      expect(isSecretName(name), name).to.equal(false)
  })

  it('masks secret fields at any depth, in lists, errors and causes, and leaves the original alone', () => {
    const cause = Object.assign(new Error('refused'), { config: { headers: { authorization: 'Bearer hush' } } })
    const line = {
      tenantId: 't1',
      list: [{ accessToken: 'hush' }],
      secrets: { appSecret: 'hush' },
      error: new ParleyError('x.y', 'It failed.', { cause, details: { token: 'hush', field: 'name' } }),
    }
    const text = JSON.stringify(redact(line))
    expect(text).to.not.include('hush')
    expect(text).to.include('"tenantId":"t1"').and.include('It failed.').and.include('x.y').and.include('refused')
    expect(line.list[0]?.accessToken).to.equal('hush')
  })

  it('ends at a cycle, and keeps bytes out', () => {
    const loop: Record<string, unknown> = { body: Buffer.from('hush'), count: 3n }
    loop.self = loop
    const text = JSON.stringify(redact(loop))
    expect(text).to.include('[4 bytes]').and.include('"count":"3"').and.include('[deep]')
  })

  it('masks the headers that authenticate and keeps the others', () => {
    expect(
      maskHeaders({
        'content-type': 'application/json',
        authorization: 'Bearer hush',
        'x-hub-signature-256': 'sha256=hush',
        'x-twilio-signature': 'hush',
        'x-telegram-bot-api-secret-token': 'hush',
        'x-api-key': 'hush',
        cookie: 'hush',
        'x-forwarded-for': ['1.2.3.4', '5.6.7.8'],
        gone: undefined,
      }),
    ).to.deep.equal({
      'content-type': 'application/json',
      authorization: '[masked]',
      'x-hub-signature-256': '[masked]',
      'x-twilio-signature': '[masked]',
      'x-telegram-bot-api-secret-token': '[masked]',
      'x-api-key': '[masked]',
      cookie: '[masked]',
      'x-forwarded-for': '1.2.3.4, 5.6.7.8',
    })
  })
})

describe('a hidden property', () => {
  it('is met by no serializer, cannot be made visible, and reads by name', () => {
    const connection = withHidden({ id: 'c1' }, 'secrets', { accessToken: 'hush' })
    expect(connection.secrets.accessToken).to.equal('hush')
    const seen = [
      JSON.stringify(connection),
      inspect(connection, { depth: 9 }),
      inspect(connection, { depth: 9, showHidden: true }),
      JSON.stringify({ ...connection }),
      JSON.stringify(structuredClone(connection)),
      JSON.stringify(redact({ connection })),
    ]
    for (const text of seen) expect(text).to.not.include('hush')
    expect(() => Object.defineProperty(connection, 'secrets', { enumerable: true })).to.throw(TypeError)
  })
})
