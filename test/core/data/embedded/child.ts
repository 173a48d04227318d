import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Started {
  readonly adminUrl: string
  readonly pid: number
  readonly adopted: boolean
  readonly dataDir: string
}

/** Another process of Parley that started, or adopted, the server of `dataDir`. */
export interface Child extends Started {
  /** Stops the server in order and ends. */
  stop(): Promise<void>
  /** SIGKILL: it gets no chance to stop anything. Nothing when it has ended. */
  kill(): Promise<void>
}

const script = fileURLToPath(new URL('../fixtures/embedded-child.ts', import.meta.url))

export async function startChild(dataDir: string, user: { uid?: number; gid?: number } = {}): Promise<Child> {
  const child = spawn(process.execPath, [script, dataDir], { ...user, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] })
  const complaints: string[] = []
  child.stderr.on('data', (chunk) => complaints.push(String(chunk)))
  const started = await firstLine(child, complaints)
  return {
    ...started,
    async stop() {
      const end = once(child, 'exit')
      child.stdin.write('stop\n')
      await end
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const end = once(child, 'exit')
      child.kill('SIGKILL')
      await end
    },
  }
}

async function firstLine(child: ChildProcess, complaints: readonly string[]): Promise<Started> {
  if (child.stdout === null) throw new Error('the child has no output')
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line)
  throw new Error(`the child ended without a word: ${complaints.join('')}`)
}
