import Jwt from '@hapi/jwt'
import type { Clock } from '@parley/core'
import type { ClientAuth } from 'openid-client'
import type { AppleSettings } from './settings.ts'

/** Apple takes up to six months; one is made for each call. */
const SECONDS = 300

/**
 * Apple's client secret is a JWT that we sign with the key of the developer account (ES256, `kid`), sent as
 * `client_secret` in the body
 * (developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret).
 */
export function appleClientAuth(settings: AppleSettings, clock: Clock): ClientAuth {
  const { teamId, keyId, clientId, issuer } = settings
  const key = settings.privateKey.replaceAll('\\n', '\n')
  return (_server, _client, body) => {
    const secret = Jwt.token.generate(
      { iss: teamId, aud: issuer, sub: clientId },
      { key, algorithm: 'ES256' },
      { header: { kid: keyId }, ttlSec: SECONDS, now: clock.millis() },
    )
    body.set('client_id', clientId)
    body.set('client_secret', secret)
  }
}
