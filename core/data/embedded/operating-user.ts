import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ParleyError } from '../../plugin/errors.ts'

/** Whom the server runs as. Both absent: as whoever runs this process. */
export interface OperatingUser {
  readonly uid?: number
  readonly gid?: number
}

const candidates = ['postgres', 'nobody']

/**
 * Postgres refuses to run as root. Root steps down to the owner of an existing data directory, else to `postgres`, else
 * to `nobody`; everybody else runs it as themselves.
 *
 * @param dataOwner uid and gid of the data directory when it exists already
 */
export async function chooseUser(dataOwner: Required<OperatingUser> | undefined): Promise<OperatingUser> {
  if (process.getuid?.() !== 0) return {}
  if (dataOwner !== undefined && dataOwner.uid !== 0) return dataOwner
  const accounts = await readFile('/etc/passwd', 'utf8')
  for (const name of candidates) {
    const line = accounts.split('\n').find((entry) => entry.startsWith(`${name}:`))
    const [, , uid, gid] = line?.split(':') ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new ParleyError(
    'postgres.user',
    'Running as root, and the embedded database must not: neither a user "postgres" nor "nobody" is in /etc/passwd.',
  )
}

/** Whether `user` may enter every folder above `path`, by the permission bits (access control lists are not read). */
export async function isReachableBy(user: OperatingUser, path: string): Promise<boolean> {
  if (user.uid === undefined) return true
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const info = await stat(folder)
    const shift = info.uid === user.uid ? 6 : info.gid === user.gid ? 3 : 0
    if (((info.mode >> shift) & 1) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
