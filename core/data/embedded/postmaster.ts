import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ParleyError } from '../../plugin/errors.ts'
import { endProcess } from './end-process.ts'
import type { OperatingUser } from './operating-user.ts'
import type { Ownership } from './ownership.ts'
import { choosePort, rememberPort } from './ports.ts'
import { disownPid, isAlive, isLivePostmaster, readPostmasterFile } from './postmaster-file.ts'
import { commandLine, type ServerSettings } from './server-settings.ts'

/** A server that accepts connections. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** False when it was found running. */
  readonly started: boolean
}

export interface Launch {
  readonly dataDir: string
  readonly executable: string
  readonly user: OperatingUser
  readonly settings: ServerSettings
  /** Taken before a start and after it; claimed when a server was found running. */
  readonly ownership: Ownership
  /** The only one that will do: of a server that clients know. Default: see `choosePort`. */
  readonly port?: number
  /** Whether the server on this port lets us in: a file that says "ready" outlives a server that was killed a moment ago. */
  readonly answers: (port: number) => Promise<boolean>
  /** Recovery after a crash can take a while. */
  readonly deadlineMs: number
  /** Aborted: a start under way is taken back, and `bringUp` throws the reason. */
  readonly signal?: AbortSignal
}

const pollMs = 20
/** Waits between starts that ended at once, together some 6 seconds: backends of a killed server are gone well before. */
const relaunchWaitsMs = [0, 50, 100, 200, 400, 800, 1600, 3200]
const largestLogBytes = 10 * 1024 * 1024

/**
 * Brings a directory to "a server is ready", whatever state it is in:
 *
 * - a live server is ready and answers: adopt it; it is starting: wait; it is stopping: wait for its end, then start
 * - the file names a pid that is dead, a zombie, or somebody else's: disown the pid, start
 * - a start ends at once: its port was taken in between, another process started it first, or backends of a killed
 *   server still hold the shared memory (they end within moments). Look again at the directory and repeat until the deadline.
 */
export async function bringUp(launch: Launch): Promise<Postmaster> {
  const deadline = performance.now() + launch.deadlineMs
  const waits = [...relaunchWaitsMs]
  let startedPid: number | undefined
  while (performance.now() < deadline) {
    if (launch.signal?.aborted === true) throw await takenBack(launch, startedPid)
    const found = await findLive(launch.dataDir)
    if (found?.status === 'ready' && found.port !== undefined && (await launch.answers(found.port))) {
      const started = found.pid === startedPid
      if (started) await rememberPort(launch.dataDir, found.port)
      // Of several that tried to start it, the one whose server it is.
      await (started ? launch.ownership.take() : launch.ownership.claim())
      return { pid: found.pid, port: found.port, started }
    }
    if (found === undefined && (startedPid === undefined || !isAlive(startedPid))) {
      const wait = waits.shift()
      if (wait === undefined)
        throw await notReady(launch, `ended ${relaunchWaitsMs.length} times right after its start`)
      await pause(wait)
      // The wait may have been long enough for another process to start it.
      if ((await findLive(launch.dataDir)) === undefined) startedPid = await launchServer(launch)
    }
    await pause(pollMs)
  }
  throw await notReady(launch, `was not ready after ${launch.deadlineMs} ms`)
}

/** It may be too young to have written its file. */
async function takenBack({ signal, deadlineMs }: Launch, pid: number | undefined): Promise<unknown> {
  if (pid !== undefined) await endProcess(pid, 'SIGINT', async () => isAlive(pid), deadlineMs)
  return signal?.reason
}

async function notReady(launch: Launch, what: string): Promise<ParleyError> {
  return new ParleyError(
    'postgres.start',
    `The embedded database in ${launch.dataDir} ${what}. Its log ends with:\n${await logTail(launch.dataDir)}`,
  )
}

async function findLive(dataDir: string): ReturnType<typeof readPostmasterFile> {
  const file = await readPostmasterFile(dataDir)
  if (file === undefined || (await isLivePostmaster(file.pid, dataDir))) return file
  if (isAlive(file.pid)) await disownPid(dataDir)
  return undefined
}

/**
 * In a session of its own: a Ctrl-C in the terminal must reach Parley only, which then stops the server in its own time.
 * It outlives a killed parent; the next start adopts it.
 */
async function launchServer(launch: Launch): Promise<number | undefined> {
  await launch.ownership.take()
  const port = launch.port ?? (await choosePort(launch.dataDir))
  const logFile = await openLog(launch.dataDir)
  try {
    const args = ['-D', launch.dataDir, '-p', String(port), ...commandLine(launch.settings)]
    const child = spawn(launch.executable, args, {
      ...launch.user,
      cwd: '/',
      detached: true,
      stdio: ['ignore', logFile.fd, logFile.fd],
      env: { PATH: process.env.PATH ?? '', LANG: 'C', TZ: 'UTC' },
    })
    await spawned(child)
    child.unref()
    return child.pid
  } finally {
    await logFile.close()
  }
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => {
      reject(new ParleyError('postgres.start', 'The embedded database could not be started.', { cause }))
    })
  })
}

async function openLog(dataDir: string) {
  const path = join(dataDir, 'parley-server.log')
  const size = await stat(path).then(
    (info) => info.size,
    () => 0,
  )
  if (size > largestLogBytes) await rename(path, `${path}.1`)
  return open(path, 'a', 0o600)
}

async function logTail(dataDir: string): Promise<string> {
  const text = await readFile(join(dataDir, 'parley-server.log'), 'utf8').catch(() => '(no log)')
  return text.split('\n').slice(-12).join('\n')
}

/**
 * Ends a server. `fast` (SIGINT) rolls back what runs and writes everything out; `immediate` (SIGQUIT) is a crash that
 * the next start recovers from.
 */
export async function bringDown(
  dataDir: string,
  pid: number,
  mode: 'fast' | 'immediate',
  deadlineMs: number,
): Promise<void> {
  const isUp = () => isLivePostmaster(pid, dataDir)
  await endProcess(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT', isUp, deadlineMs)
}
