import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import { verifyIdentity } from '../../../adapters/webchat/identity-token.ts'

const now = new Date('2026-03-01T12:00:00Z')
const seconds = now.getTime() / 1000
const secret = 'a secret of the tenant that nobody else knows'
const options = { secret, audience: 'connection-1', now, maxSeconds: 3600 }
const good = { sub: 'u-17', aud: 'connection-1', exp: seconds + 600, name: 'Ada', email: 'ada@example.com' }

function jwt(claims: object, { key = secret, alg = 'HS256' } = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg, typ: 'JWT' })}.${part(claims)}`
  const hash = alg === 'HS512' ? 'sha512' : 'sha256'
  return `${signed}.${alg === 'none' ? '' : createHmac(hash, key).update(signed).digest('base64url')}`
}

describe('the signed identity of a logged-in customer', () => {
  it('names the user, with name and email where known', () => {
    expect(verifyIdentity(jwt(good), options)).to.deep.equal({
      ok: true,
      user: { id: 'u-17', name: 'Ada', email: 'ada@example.com' },
    })
    const { name: _, email: __, ...bare } = good
    expect(verifyIdentity(jwt(bare), options)).to.deep.equal({ ok: true, user: { id: 'u-17' } })
  })

  const { exp: _exp, ...endless } = good
  const { sub: _sub, ...nameless } = good
  const { aud: _aud, ...anywhere } = good
  const refused: Readonly<Record<string, string>> = {
    'when signed with another secret': jwt(good, { key: 'another' }),
    'with an algorithm other than HS256': jwt(good, { alg: 'HS512' }),
    'without a signature': jwt(good, { alg: 'none' }),
    'with its claims changed afterwards': jwt(good).replace(
      /\.[^.]+\./,
      `.${Buffer.from('{"sub":"u-1"}').toString('base64url')}.`,
    ),
    'when it has expired': jwt({ ...good, exp: seconds - 1 }),
    'when it never expires': jwt(endless),
    'when it lives longer than allowed': jwt({ ...good, exp: seconds + 3601 }),
    'when it is not valid yet': jwt({ ...good, nbf: seconds + 60 }),
    'when made for another connection': jwt({ ...good, aud: 'connection-2' }),
    'when made for no connection': jwt(anywhere),
    'without a subject': jwt(nameless),
    'with an email that is none': jwt({ ...good, email: 'not an address' }),
    'when it is no token at all': 'hello',
    'when it is empty': '',
  }
  for (const [what, token] of Object.entries(refused)) {
    it(`is refused ${what}`, () => {
      expect(verifyIdentity(token, options)).to.include({ ok: false, reason: 'identity-refused' })
    })
  }

  it('is refused by a connection that has no secret, even when signed with an empty one', () => {
    for (const none of [undefined, '']) {
      expect(verifyIdentity(jwt(good, { key: '' }), { ...options, secret: none })).to.include({ ok: false })
    }
  })

  it('never repeats the token or the secret in its refusal', () => {
    const token = jwt(good, { key: 'another' })
    const text = JSON.stringify(verifyIdentity(token, options))
    expect(text).to.not.include(secret)
    expect(text).to.not.include(token)
  })
})
