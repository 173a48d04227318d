import { createHmac, timingSafeEqual } from 'node:crypto'

const TOLERANCE_SECONDS = 300

/** Standard Webhooks: the three headers for a content, signed by every secret. `now` in milliseconds. */
export function sign(id, content, secrets, now) {
  const timestamp = String(Math.floor(now / 1000))
  const signatures = secrets.map((secret) => `v1,${hmac(secret, id, timestamp, content).toString('base64')}`)
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

/** True when one of the secrets made one of the signatures, lately. */
export function verify(headers, content, secrets, now) {
  const [id, timestamp, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name])
  if (!id || !timestamp || !given || Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS + 1) return false
  return secrets.some((secret) => {
    const right = hmac(secret, id, timestamp, content)
    return given.split(' ').some((one) => {
      const bytes = Buffer.from(one.replace(/^v1,/, ''), 'base64')
      return bytes.length === right.length && timingSafeEqual(bytes, right)
    })
  })
}

function hmac(secret, id, timestamp, content) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(content).digest()
}
