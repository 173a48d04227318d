import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import {
  isSignedBy,
  keyOf,
  SIGNATURE_HEADER,
  signatureMatches,
  TIMESTAMP_HEADER,
} from '../../../adapters/sendgrid/signature.ts'

/** Published by SendGrid: sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.spec.js. */
const VECTOR = {
  publicKey:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==',
  otherKey:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJCWHw8REntlo7aNDthvj+y7GjUuFDb/R1NGe1OPzpA==',
  signature: 'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=',
  badSignature: 'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH3j/0=',
  timestamp: '1588788367',
  payload: JSON.stringify({ category: 'example_payload', event: 'test_event', message_id: 'message_id' }),
}
const SIGNED_AT = Number(VECTOR.timestamp) * 1000

describe("SendGrid's signature", () => {
  const { publicKey, signature, timestamp } = VECTOR
  const body = Buffer.from(VECTOR.payload)

  it('verifies the vector that SendGrid publishes', () => {
    expect(isSignedBy(publicKey, { body, signature, timestamp })).to.equal(true)
  })

  it('fails with the wrong key, body, signature or time of the published tests', () => {
    expect(isSignedBy(VECTOR.otherKey, { body, signature, timestamp })).to.equal(false)
    expect(isSignedBy(publicKey, { body: Buffer.from('payload'), signature, timestamp })).to.equal(false)
    expect(isSignedBy(publicKey, { body, signature: VECTOR.badSignature, timestamp })).to.equal(false)
    expect(isSignedBy(publicKey, { body, signature, timestamp: 'timestamp' })).to.equal(false)
  })

  it('fails when any one bit of the body is another', () => {
    for (let bit = 0; bit < body.length * 8; bit += 1) {
      const changed = Buffer.from(body)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(isSignedBy(publicKey, { body: changed, signature, timestamp }), `bit ${bit}`).to.equal(false)
    }
  })

  it('fails when any one bit of the numbers in the signature is another', () => {
    const bytes = Buffer.from(signature, 'base64')
    // The last byte of each of the two numbers of the DER.
    for (const at of [4 + 32, bytes.length - 1])
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at)
        const other = changed.toString('base64')
        expect(isSignedBy(publicKey, { body, signature: other, timestamp }), `bit ${bit} of ${at}`).to.equal(false)
      }
  })

  const headers = { [SIGNATURE_HEADER]: signature, [TIMESTAMP_HEADER]: timestamp }
  const at = (afterSeconds: number) => ({ nowMs: SIGNED_AT + afterSeconds * 1000, maxAgeSeconds: 600 })

  it('counts while it is fresh, and neither when it is stale nor when it comes from the future', () => {
    expect(signatureMatches({ body, headers }, publicKey, at(599))).to.equal(true)
    expect(signatureMatches({ body, headers }, publicKey, at(601))).to.equal(false)
    expect(signatureMatches({ body, headers }, publicKey, at(-200))).to.equal(true)
    expect(signatureMatches({ body, headers }, publicKey, at(-301))).to.equal(false)
  })

  it('is missing when a header is missing, double, or no time', () => {
    for (const wrong of [
      {},
      { [SIGNATURE_HEADER]: signature },
      { [TIMESTAMP_HEADER]: timestamp },
      { ...headers, [TIMESTAMP_HEADER]: 'yesterday' },
      { ...headers, [SIGNATURE_HEADER]: [signature, signature] },
      { ...headers, [SIGNATURE_HEADER]: '' },
    ])
      expect(signatureMatches({ body, headers: wrong }, publicKey, at(0))).to.equal(false)
  })

  it('takes no key of another kind, and none that is no key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'spki' })
    const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey.export({
      format: 'der',
      type: 'spki',
    })
    for (const key of [rsa.toString('base64'), other.toString('base64'), '', 'nonsense'])
      expect(keyOf(key), key.slice(0, 10)).to.equal(undefined)
    expect(signatureMatches({ body, headers }, '', at(0))).to.equal(false)
  })
})
