import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { VendorRequest } from '@parley/core/testing/vendor'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** The S3 error code when a request's signature is not right. */
export type SignatureFault = 'AccessDenied' | 'InvalidAccessKeyId' | 'SignatureDoesNotMatch' | 'RequestTimeTooSkewed'

interface Claimed {
  readonly credential: string
  readonly signedHeaders: string
  readonly signature: string
  /** `20261120T120000Z` */
  readonly date: string
  readonly expiresSeconds: number | undefined
  readonly payloadHash: string
}

const SKEW_MS = 15 * 60_000
const hex = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/**
 * AWS Signature Version 4 as S3 checks it, in the header or in the query of a presigned URL
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html). `undefined` when it is right.
 */
export function signatureFault(request: VendorRequest, known: Credentials, now: number): SignatureFault | undefined {
  const claimed = fromHeader(request) ?? fromQuery(request)
  if (claimed === undefined) return 'AccessDenied'
  const [accessKeyId, day = '', region = '', service = ''] = claimed.credential.split('/')
  if (accessKeyId !== known.accessKeyId) return 'InvalidAccessKeyId'
  const at = instantOf(claimed.date)
  if (claimed.expiresSeconds === undefined && Math.abs(now - at) > SKEW_MS) return 'RequestTimeTooSkewed'
  if (claimed.expiresSeconds !== undefined && now > at + claimed.expiresSeconds * 1000) return 'AccessDenied'
  if (/^[0-9a-f]{64}$/.test(claimed.payloadHash) && claimed.payloadHash !== hex(request.body))
    return 'SignatureDoesNotMatch'
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', claimed.date, scope, hex(canonical(request, claimed))].join('\n')
  const key = hmac(hmac(hmac(hmac(`AWS4${known.secretAccessKey}`, day), region), service), 'aws4_request')
  const right = hmac(key, text)
  const given = Buffer.from(claimed.signature, 'hex')
  return given.length === right.length && timingSafeEqual(given, right) ? undefined : 'SignatureDoesNotMatch'
}

function fromHeader({ headers }: VendorRequest): Claimed | undefined {
  const match = /^AWS4-HMAC-SHA256 Credential=(\S+?),\s*SignedHeaders=(\S+?),\s*Signature=([0-9a-f]+)$/.exec(
    String(headers.authorization ?? ''),
  )
  if (match === null) return undefined
  const [, credential = '', signedHeaders = '', signature = ''] = match
  const date = String(headers['x-amz-date'] ?? '')
  const payloadHash = String(headers['x-amz-content-sha256'] ?? '')
  return { credential, signedHeaders, signature, date, expiresSeconds: undefined, payloadHash }
}

function fromQuery({ query }: VendorRequest): Claimed | undefined {
  const field = (name: string) => query.get(`X-Amz-${name}`) ?? ''
  if (field('Algorithm') !== 'AWS4-HMAC-SHA256') return undefined
  return {
    credential: field('Credential'),
    signedHeaders: field('SignedHeaders'),
    signature: field('Signature'),
    date: field('Date'),
    expiresSeconds: Number(field('Expires')),
    payloadHash: 'UNSIGNED-PAYLOAD',
  }
}

function canonical({ method, path, query, headers }: VendorRequest, { signedHeaders, payloadHash }: Claimed): string {
  const names = signedHeaders.split(';')
  const lines = names.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('')
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [name, value].map(encoded))
  const search = pairs
    .map((pair) => pair.join('='))
    .sort()
    .join('&')
  return [method, path, search, lines, signedHeaders, payloadHash].join('\n')
}

/** RFC 3986, every reserved character encoded. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`)
}

function instantOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'))
}
