import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { access, chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ParleyError } from '../../plugin/errors.ts'
import type { Logger } from '../../plugin/services.ts'
import type { Binaries } from './binaries.ts'
import { isReachableBy, type OperatingUser } from './operating-user.ts'

/** The server's only superuser. */
export const superuser = 'parley_owner'

const passwordFile = 'parley-password'

/** uid and gid of an existing data directory. */
export async function ownerOf(dataDir: string): Promise<Required<OperatingUser> | undefined> {
  try {
    const { uid, gid } = await stat(dataDir)
    return { uid, gid }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * The directory the server will really use: `dataDir`, or, when the user it runs as cannot reach that (a home closed to
 * others), a directory below `/var/tmp` named after it.
 */
export async function placeFor(user: OperatingUser, dataDir: string, log: Logger): Promise<string> {
  const wanted = resolve(dataDir)
  await mkdir(dirname(wanted), { recursive: true })
  if (await isReachableBy(user, wanted)) return wanted
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16)
  const parent = join('/var/tmp', `parley-data-${process.getuid?.() ?? 0}`)
  await mkdir(parent, { recursive: true, mode: 0o711 })
  const { uid } = await stat(parent)
  if (uid !== process.getuid?.()) {
    throw new ParleyError('postgres.data-dir', `${parent} belongs to uid ${uid}, so the database is not put there.`)
  }
  const place = join(parent, name)
  log.warn({ wanted, place }, 'the database user cannot enter the data directory; keeping the data elsewhere')
  return place
}

/**
 * Makes a database cluster unless there is one: UTF-8, the built-in `C.UTF-8` locale (the same order on every machine,
 * whatever its system libraries), page checksums (the default since Postgres 18), SCRAM passwords. Built beside its
 * place and moved there whole, so of two processes that start together one wins and the other uses the winner's.
 */
export async function ensureCluster(dataDir: string, binaries: Binaries, user: OperatingUser): Promise<'new' | 'old'> {
  if (await exists(join(dataDir, 'PG_VERSION'))) {
    await takeOver(dataDir, user)
    return 'old'
  }
  const staging = await mkdtemp(`${dataDir}.new-`)
  try {
    await own(staging, user)
    const password = randomBytes(24).toString('base64url')
    const secret = join(staging, '..', `${passwordFile}-${randomBytes(6).toString('hex')}`)
    await writeFile(secret, password, { mode: 0o600, flag: 'wx' })
    await own(secret, user)
    await runInitdb(binaries, user, staging, secret).finally(() => rm(secret))
    await writeFile(join(staging, passwordFile), password, { mode: 0o600 })
    await own(join(staging, passwordFile), user)
    await rename(staging, dataDir)
    return 'new'
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (isTaken(error) && (await exists(join(dataDir, 'PG_VERSION')))) return 'old'
    throw error
  }
}

/** The superuser's password, kept 0600 in the data directory (itself 0700). */
export async function readPassword(dataDir: string): Promise<string> {
  return (await readFile(join(dataDir, passwordFile), 'utf8')).trim()
}

async function runInitdb(binaries: Binaries, user: OperatingUser, dataDir: string, secret: string): Promise<void> {
  const args = ['-D', dataDir, '-U', superuser, `--pwfile=${secret}`, '--auth=scram-sha-256', '--encoding=UTF8']
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions']
  const child = spawn(binaries.initdb, [...args, ...locale], { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  const complaints: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail)
    child.once('close', done)
  })
  if (code === 0) return
  const said = Buffer.concat(complaints).toString('utf8').trim()
  throw new ParleyError('postgres.initdb', `initdb for ${dataDir} ended with ${code}: ${said}`)
}

/** A directory that root made and never handed over (a copied backup) is given to the server's user. */
async function takeOver(dataDir: string, user: OperatingUser): Promise<void> {
  if (user.uid === undefined) {
    const { uid } = await stat(dataDir)
    if (uid === process.getuid?.() || process.platform === 'win32') return
    throw new ParleyError(
      'postgres.data-dir',
      `${dataDir} belongs to uid ${uid}; this process is ${process.getuid?.()}.`,
    )
  }
  const { uid } = await stat(dataDir)
  if (uid === user.uid) return
  for (const entry of await readdir(dataDir, { recursive: true })) await own(join(dataDir, entry), user)
  await own(dataDir, user)
  await chmod(dataDir, 0o700)
}

async function own(path: string, user: OperatingUser): Promise<void> {
  if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')
}
