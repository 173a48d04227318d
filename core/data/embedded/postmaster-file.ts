import { readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * What a running server writes into `postmaster.pid` (storage/pidfile.h): 1 pid, 2 data directory, 3 start time,
 * 4 port, 5 socket directory, 6 listen address, 7 shared memory key, 8 status.
 */
export interface PostmasterFile {
  readonly pid: number
  /** Absent while the server is still writing the file. */
  readonly port: number | undefined
  readonly status: 'starting' | 'stopping' | 'ready' | 'standby' | 'unknown'
}

const statuses = ['starting', 'stopping', 'ready', 'standby'] as const

/** `undefined` when no server has the directory, as far as the file tells. */
export async function readPostmasterFile(dataDir: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const lines = text?.split('\n') ?? []
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  const port = Number(lines[3])
  const word = lines[7]?.trim()
  return { pid, port: port > 0 ? port : undefined, status: statuses.find((status) => status === word) ?? 'unknown' }
}

/**
 * Whether `pid` is a live server of this data directory. A zombie is not, nor is an unrelated process that got the
 * number of a dead one (containers hand out the same few pids again and again). A server's working directory is its data directory.
 */
export async function isLivePostmaster(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform !== 'linux') return true
  const state = await processState(pid)
  if (state === undefined || state === 'Z' || state === 'X') return false
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === dataDir
  } catch (error) {
    // Not ours to look into: somebody else's process, so not a server that we could have started.
    if (isCode(error, 'EACCES', 'ENOENT', 'ESRCH', 'EPERM')) return false
    throw error
  }
}

/**
 * Takes the file away from a pid that is not a server of this directory. Postgres itself would refuse to start while any
 * process has that number. Only the number is changed, to one that cannot exist: the shared memory key stays, so the
 * server still finds out by itself when backends of the dead one are alive.
 */
export async function disownPid(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid')
  const lines = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, [impossiblePid, ...lines.slice(1)].join('\n'))
}

const impossiblePid = 2 ** 31 - 2

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

/** Start time of a process in clock ticks since boot: with the pid it names a process for good. `undefined` off Linux. */
export async function startTicks(pid: number): Promise<string | undefined> {
  return (await statFields(pid))?.[19]
}

async function processState(pid: number): Promise<string | undefined> {
  return (await statFields(pid))?.[0]
}

/** Fields of `/proc/<pid>/stat` from the third (state) on; the second, a name, may hold spaces and brackets. */
async function statFields(pid: number): Promise<readonly string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
