import { Secret, TOTP } from 'otpauth'

export const PERIOD_SECONDS = 30
/** One step either way, for clocks that differ: a code may be up to a minute and a half old (ASVS 6.5.5 would have 30 s). */
const WINDOW = 1
/** RFC 4226 §4 recommends 160 bits. */
const SECRET_BYTES = 20

export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32
}

/** What the authenticator app reads as a QR code. */
export function totpUri(secret: string, issuer: string, label: string): string {
  return totp(secret, issuer, label).toString()
}

/** The step (RFC 6238: 30 seconds each since 1970) that the code is of, or `undefined` when it is of none around now. */
export function stepOfCode(secret: string, code: string, millis: number): number | undefined {
  const delta = totp(secret).validate({ token: code, timestamp: millis, window: WINDOW })
  return delta === null ? undefined : Math.floor(millis / 1000 / PERIOD_SECONDS) + delta
}

/** SHA-1, six digits, 30 seconds: what every app takes for granted, whatever the QR code says. */
function totp(secret: string, issuer?: string, label?: string): TOTP {
  return new TOTP({
    ...(issuer === undefined ? {} : { issuer }),
    ...(label === undefined ? {} : { label }),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  })
}
