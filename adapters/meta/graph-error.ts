import { asNumber, asRecord, asText } from './json.ts'

/** The `error` object of a Graph answer. */
export interface GraphError {
  readonly code: number
  readonly subcode: number | undefined
  /** `error_data.details` where there is one: it says more than `message`. */
  readonly detail: string
  readonly transient: boolean
}

export function graphErrorOf(body: unknown): GraphError | undefined {
  const error = asRecord(asRecord(body)?.error)
  const code = asNumber(error?.code)
  if (error === undefined || code === undefined) return undefined
  return {
    code,
    subcode: asNumber(error.error_subcode),
    detail: asText(asRecord(error.error_data)?.details) ?? asText(error.message) ?? 'no message',
    transient: error.is_transient === true,
  }
}

/**
 * Takes secrets and addresses out of what Graph says: it quotes the token of a malformed one (error 190) and the phone
 * number of an unknown recipient.
 */
export function withoutSecrets(detail: string, secrets: readonly string[]): string {
  let text = detail
  for (const secret of secrets) {
    if (secret !== '') text = text.replaceAll(secret, '•••')
  }
  return text.replace(/\bEA[A-Za-z0-9]{20,}/g, '•••').slice(0, 500)
}
