import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readPackage } from '../kernel/discover.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { ChannelDriver } from '../testing/conformance/driver.ts'

/** A channel's package, and the driver that its package.json names as `parley.driver`. */
export interface DrivenPackage {
  readonly folder: string
  readonly id: string
  readonly entry: string
  readonly driver: ChannelDriver
}

/** Throws `driver.missing` or `driver.malformed` saying what was expected; what the module itself throws passes as it is. */
export async function loadDriver(folder: string, cwd: string): Promise<DrivenPackage> {
  const root = isAbsolute(folder) ? folder : resolve(cwd, folder)
  const { id, entry, driver: file } = readPackage(root, root)
  if (file === undefined)
    throw new ParleyError(
      'driver.missing',
      `${root}/package.json names no driver; expected "parley": { "driver": "./test/driver.ts" }`,
    )
  const module: Record<string, unknown> = await import(pathToFileURL(file).href)
  const driver = Object.values(module).find(isDriver)
  if (driver === undefined)
    throw new ParleyError(
      'driver.malformed',
      `${file} exports no driver; expected an object with name, provider, plugins and start`,
    )
  return { folder: root, id, entry, driver }
}

function isDriver(value: unknown): value is ChannelDriver {
  if (typeof value !== 'object' || value === null) return false
  const { name, provider, plugins, start } = value as Partial<ChannelDriver>
  return (
    typeof name === 'string' &&
    typeof provider === 'string' &&
    typeof plugins === 'function' &&
    typeof start === 'function'
  )
}
