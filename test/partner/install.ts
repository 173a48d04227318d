import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PluginEntry } from '@parley/core/testing'

const run = promisify(execFile)

/** The partner's package as its author has it before publishing. */
export const PACKAGE = fileURLToPath(new URL('../fixtures/partner-channel/', import.meta.url))
export const PACKAGE_NAME = 'parley-channel-pagewire'

const OURS = fileURLToPath(new URL('../../', import.meta.url))

/** The first-party plugins that a channel is of use with; files lie in the installation. */
export function firstParty(root: string): readonly PluginEntry[] {
  return [
    { use: `${OURS}adapters/local-files`, settings: { folder: join(root, 'files') } },
    { use: `${OURS}plugins/contacts` },
    { use: `${OURS}plugins/inbox` },
  ]
}

export interface Installation {
  /** A folder with the package in its node_modules, as `npm install` left it. */
  readonly root: string
  readonly installed: string
  remove(): Promise<void>
}

/**
 * Packs the partner's package and installs the tarball with npm into an empty folder that has `@parley/core`. Nothing comes
 * over the network: the package has no dependency but its peer. `change` is applied to a copy before packing.
 */
export async function installPartnerPackage(change?: (folder: string) => Promise<void>): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-partner-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const source = join(folder, 'source')
    await cp(PACKAGE, source, { recursive: true })
    await change?.(source)
    await npm(source, folder, 'pack', '--pack-destination', folder)
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
    if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}`)
    const root = join(folder, 'installation')
    await cp(join(folder, tarball), join(root, tarball))
    const dependencies = { '@parley/core': `file:${join(OURS, 'core')}`, [PACKAGE_NAME]: `file:./${tarball}` }
    await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'installation', private: true, dependencies }))
    await npm(root, folder, 'install', '--offline', '--ignore-scripts')
    return { root, installed: join(root, 'node_modules', PACKAGE_NAME), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** npm as a person calls it: without the settings that an `npm test` around this run hands down. */
async function npm(cwd: string, home: string, ...args: readonly string[]): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
  const flags = [
    '--cache',
    join(home, 'npm-cache'),
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
  ]
  const { npm_execpath: own } = process.env
  const [command, first] = own === undefined ? ['npm', []] : [process.execPath, [own]]
  await run(command, [...first, ...args, ...flags], { cwd, env })
}
