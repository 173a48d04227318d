import { expect } from 'chai'
import { KeyRing, sealerOf, signingKeysOf } from '../../../core/secrets/index.ts'

const key = (fill: number) => ({ id: `key-${fill}`, key: Buffer.alloc(32, fill) })
const place = { tenantId: '', purpose: 'user.totp_secret', id: 'one' }

describe('the key ring as plugins see it', () => {
  const ring = new KeyRing([key(1)])
  const rotated = new KeyRing([key(2), key(1)])

  it('seals for the plugin that asked, and for no other', () => {
    const sealed = sealerOf(ring, 'accounts').seal('secret', place)
    expect(sealed).to.not.include('secret')
    expect(sealerOf(ring, 'accounts').open(sealed, place)).to.equal('secret')
    expect(() => sealerOf(ring, 'inbox').open(sealed, place)).to.throw(/does not open/)
    expect(() => sealerOf(ring, 'accounts').open(sealed, { ...place, id: 'two' })).to.throw(/does not open/)
  })

  it('opens after a rotation, and tells what is to be sealed again', () => {
    const sealed = sealerOf(ring, 'accounts').seal('secret', place)
    expect(sealerOf(rotated, 'accounts').open(sealed, place)).to.equal('secret')
    expect([ring, rotated].map((one) => sealerOf(one, 'accounts').isCurrent(sealed))).to.deep.equal([true, false])
  })

  it('gives each plugin and purpose a key of its own, by the id that stands in what it signed', () => {
    const keys = signingKeysOf(rotated, 'accounts')
    const current = keys.current('access-token')
    expect(current.id).to.equal('key-2')
    expect(current.key).to.have.length(32)
    expect(keys.find('access-token', 'key-2')?.key.equals(current.key)).to.equal(true)
    expect(
      keys.find('access-token', 'key-1')?.key.equals(signingKeysOf(ring, 'accounts').current('access-token').key),
    ).to.equal(true)
    expect(keys.find('access-token', 'gone')).to.equal(undefined)
    expect(keys.current('refresh-token').key.equals(current.key)).to.equal(false)
    expect(signingKeysOf(rotated, 'inbox').current('access-token').key.equals(current.key)).to.equal(false)
  })
})
