/**
 * Headers of our own pages: scripts and styles from us only, nothing inline, framed only by whom the connection allows.
 * The socket is named beside 'self', because older browsers do not count ws: as the same origin.
 */
export function pageHeaders(origin: string, framedBy: readonly string[]): Readonly<Record<string, string>> {
  const socket = origin.replace(/^http/, 'ws')
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    `connect-src 'self' ${socket}`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framedBy.length === 0 ? "'none'" : framedBy.join(' ')}`,
    "require-trusted-types-for 'script'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-cache',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...COMMON,
  }
}

const COMMON = { 'x-content-type-options': 'nosniff' }

/** Scripts and styles: embedded by any site, versioned by content or cached briefly. */
export function assetHeaders(cacheControl: string): Readonly<Record<string, string>> {
  return { 'cache-control': cacheControl, 'cross-origin-resource-policy': 'cross-origin', ...COMMON }
}

/** A stranger's file: shown when it is an image, a video or a sound, downloaded otherwise, and never able to run anything. */
export function fileHeaders(file: { mimeType: string; fileName: string; bytes: number }, ttlSeconds: number) {
  const inline = /^(image|video|audio)\//.test(file.mimeType)
  const ascii = file.fileName.replace(/[^\x20-\x7e]/g, '_')
  const name = `filename="${ascii.replace(/["\\]/g, '_')}"; filename*=UTF-8''${extended(file.fileName)}`
  return {
    'content-disposition': `${inline ? 'inline' : 'attachment'}; ${name}`,
    'content-length': String(file.bytes),
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': `private, max-age=${ttlSeconds}`,
    'cross-origin-resource-policy': 'same-origin',
    ...COMMON,
  }
}

/** RFC 8187: what encodeURIComponent leaves alone but the header's grammar does not. */
function extended(value: string): string {
  return encodeURIComponent(value).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
