import { networkInterfaces } from 'node:os'

/** Listening on one of these is listening on every address. */
const EVERYWHERE = new Set(['0.0.0.0', '::'])

/** Where other processes reach this one when nobody says so: where it listens, or its first address in the network. */
export function ownUrl(host: string, port: number, interfaces: typeof networkInterfaces = networkInterfaces): string {
  if (!EVERYWHERE.has(host)) return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const addresses = Object.values(interfaces()).flatMap((list) => list ?? [])
  const outward = addresses.find(({ internal, family }) => !internal && family === 'IPv4')
  return `http://${outward?.address ?? '127.0.0.1'}:${port}`
}
