import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the server's program is, or `undefined`: what `describeWith('Redis', findRedis(), …)` hands to a suite. */
export function findRedis(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' }).trim()
  } catch {
    // The shell says so by its exit code.
    return undefined
  }
}

/** A real Redis of a suite's own: on loopback, keeping nothing. */
export class RedisServer {
  readonly url: string
  readonly #program: string
  readonly #port: number
  readonly #folder: string
  #process: ChildProcess | undefined

  private constructor(program: string, port: number, folder: string) {
    this.#program = program
    this.#port = port
    this.#folder = folder
    this.url = `redis://127.0.0.1:${port}`
  }

  static async start(program: string): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-redis-'))
    const server = new RedisServer(program, await freePort(), folder)
    await server.up()
    return server
  }

  /** Starts it again on the same port, empty. */
  async up(): Promise<void> {
    const options = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const process = spawn(this.#program, [...options, '--dir', this.#folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = process
    for await (const chunk of process.stdout) if (String(chunk).includes('Ready to accept connections')) break
    process.stdout.resume()
  }

  async down(): Promise<void> {
    const process = this.#process
    this.#process = undefined
    if (process === undefined || process.exitCode !== null) return
    const gone = once(process, 'exit')
    process.kill('SIGTERM')
    await gone
  }

  async stop(): Promise<void> {
    await this.down()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
