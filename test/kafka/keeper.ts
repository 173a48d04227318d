import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'

/** What the keeper runs, and what is left to clean up when its parent is gone. */
export interface KeeperOrders {
  readonly command: string
  readonly args: readonly string[]
  readonly orphaned: {
    /** Ends what ending the command does not: a container. */
    readonly run?: readonly string[]
    /** Temporary data. */
    readonly remove?: string
  }
}

/** Tells the parent who was started, or why nobody could be. */
export type KeeperMessage = { readonly pid: number } | { readonly failed: string }

/**
 * Runs one broker, and ends it when this process's parent is gone, however it went: a test run that was killed leaves no
 * broker behind. The parent is watched by the IPC channel, which closes with it. Signals of a terminal reach the
 * whole group; the parent decides what they mean.
 */
function keep({ command, args, orphaned }: KeeperOrders): void {
  const broker = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const tell = (message: KeeperMessage) => process.connected && process.send?.(message)
  broker.once('spawn', () => tell({ pid: broker.pid ?? 0 }))
  broker.once('error', (error) => tell({ failed: error.message }))
  broker.once('close', () => {
    if (!process.connected) cleanUp(orphaned)
    process.exit()
  })
  process.once('disconnect', () => broker.kill('SIGKILL'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
}

function cleanUp({ run, remove }: KeeperOrders['orphaned']): void {
  const [command, ...args] = run ?? []
  if (command !== undefined) spawnSync(command, args, { stdio: 'ignore' })
  if (remove !== undefined) rmSync(remove, { recursive: true, force: true })
}

keep(JSON.parse(process.argv[2] ?? '') as KeeperOrders)
