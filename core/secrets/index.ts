export { HmacTokens } from './hmac-tokens.ts'
export { KeyRing, type SealContext } from './key-ring.ts'
export { sealerOf, signingKeysOf } from './plugin-keys.ts'
export { maskHeaders, redact, SECRET_NAMES } from './redaction.ts'
