import { expect } from 'chai'
import { signatureMatches, svixSignature } from '../../../adapters/resend/signature.ts'

/** Published by Svix: "Verifying webhooks manually", and the tests of its libraries. */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: Buffer.from('{"test": 2432232314}'),
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}

describe("Resend's signature", () => {
  const { secret, id, timestamp, body, signature } = VECTOR
  const clock = { nowMs: Number(timestamp) * 1000, maxAgeSeconds: 300 }
  const headers = { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature }

  it('is the one that Svix publishes', () => {
    expect(svixSignature(secret, id, timestamp, body)).to.equal(signature)
    expect(signatureMatches({ body, headers }, secret, clock)).to.equal(true)
  })

  it('may stand among others, as while a secret is changed', () => {
    const several = { ...headers, 'svix-signature': `v1,AAAA v2,x ${signature}` }
    expect(signatureMatches({ body, headers: several }, secret, clock)).to.equal(true)
  })

  it('fails when one bit of the body, the id, the time, the signature or the secret is another', () => {
    for (let bit = 0; bit < body.length * 8; bit += 1) {
      const changed = Buffer.from(body)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(signatureMatches({ body: changed, headers }, secret, clock), `bit ${bit}`).to.equal(false)
    }
    for (const wrong of [
      { ...headers, 'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJeK' },
      { ...headers, 'svix-timestamp': '1614265331' },
      { ...headers, 'svix-signature': signature.replace('g0h', 'g0i') },
      { ...headers, 'svix-signature': '' },
    ])
      expect(signatureMatches({ body, headers: wrong }, secret, clock)).to.equal(false)
    for (const wrong of ['', 'whsec_', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx'])
      expect(signatureMatches({ body, headers }, wrong, clock)).to.equal(false)
  })

  it('is refused when it is stale, or from the future', () => {
    for (const seconds of [301, -301])
      expect(signatureMatches({ body, headers }, secret, { ...clock, nowMs: clock.nowMs + seconds * 1000 })).to.equal(
        false,
      )
  })
})
