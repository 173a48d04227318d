import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { channel, type Plugin } from '@parley/core'
import type { ChannelDriver } from '@parley/core/testing/conformance'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Every channel of ours has its driver in `test/adapters/<adapter>/`, in a file `driver.ts` or `<what>-driver.ts`, among its
 * exports. That is the whole convention: nothing is registered anywhere. An adapter that provides a channel without a driver
 * is named in `undriven`.
 */
export async function findDrivers(): Promise<{
  readonly drivers: readonly ChannelDriver[]
  readonly undriven: readonly string[]
}> {
  const files = (await readdir(join(ROOT, 'test/adapters'), { recursive: true }))
    .filter((file) => /^[a-z0-9-]+\/([a-z0-9-]+-)?driver\.ts$/.test(file))
    .sort()
  const drivers: ChannelDriver[] = []
  for (const file of files) {
    const module: Record<string, unknown> = await import(pathToFileURL(join(ROOT, 'test/adapters', file)).href)
    for (const value of Object.values(module)) if (isDriver(value) && !drivers.includes(value)) drivers.push(value)
  }
  const driven = new Set(drivers.map(({ provider }) => provider))
  const undriven = (await channelAdapters()).filter((id) => !driven.has(id))
  return { drivers, undriven }
}

/** By shape: an adapter of files has a driver, too, and it is not one of a channel. */
function isDriver(value: unknown): value is ChannelDriver {
  if (typeof value !== 'object' || value === null) return false
  const { name, provider, start, plugins } = value as Partial<ChannelDriver>
  return (
    typeof name === 'string' &&
    typeof provider === 'string' &&
    typeof start === 'function' &&
    typeof plugins === 'function'
  )
}

/** Folders below `adapters/` whose plugin says that it provides the port `channel`. */
async function channelAdapters(): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(join(ROOT, 'adapters'), { withFileTypes: true })) {
    const folder = join(ROOT, 'adapters', entry.name)
    if (!entry.isDirectory() || !(await readdir(folder)).includes('package.json')) continue
    const { default: plugin }: { default: Plugin } = await import(pathToFileURL(join(folder, 'index.ts')).href)
    if (plugin.manifest.provides?.some(({ id }) => id === channel.id)) found.push(entry.name)
  }
  return found
}
