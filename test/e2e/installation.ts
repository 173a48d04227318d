import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** `$PARLEY_HOME/demo.json`, as far as these tests need it. */
export interface Demo {
  readonly baseUrl: string
  readonly apiKey: string
  readonly webchat: { readonly pageUrl: string; readonly channelId: string }
  readonly whatsapp: {
    readonly endpointUrl: string
    readonly verifyToken: string
    readonly appSecret: string
    readonly phoneNumberId: string
    readonly graphBaseUrl: string
  }
}

/** The installation as `npm start` runs it, with its state in a folder of its own. */
export class Installation {
  readonly home: string
  readonly #port: number
  #process: ChildProcess | undefined

  readonly #env: Readonly<Record<string, string>>

  private constructor(home: string, port: number, env: Readonly<Record<string, string>>) {
    this.home = home
    this.#port = port
    this.#env = env
  }

  /**
   * `env`: what is set beyond the defaults, a database of its own for instance; `PARLEY_HOME`: the folder of another process
   * of the same installation.
   */
  static async create(env: Readonly<Record<string, string>> = {}): Promise<Installation> {
    const home = env.PARLEY_HOME ?? (await mkdtemp(join(tmpdir(), 'parley-e2e-')))
    return new Installation(home, await freePort(), env)
  }

  /** Resolves once the server says that it is ready. */
  async start(): Promise<Demo> {
    const child = this.#parley('start')
    this.#process = child
    await ready(child)
    return JSON.parse(await readFile(join(this.home, 'demo.json'), 'utf8'))
  }

  /** Another command of the installation, beside the server; what it printed. Throws when it fails. */
  async run(...args: readonly string[]): Promise<string> {
    const child = this.#parley(...args)
    const [out, err] = [text(child.stdout), text(child.stderr)]
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`parley ${args.join(' ')} ended with ${code}:\n${await err}`)
    return out
  }

  /** `kill -9`: no word to anybody. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Stops server and database in good order. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async remove(): Promise<void> {
    await rm(this.home, { recursive: true, force: true })
  }

  #parley(...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    return spawn(process.execPath, ['core/cli/parley.mjs', ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        ...{ PORT: String(this.#port), HOST: '127.0.0.1', PARLEY_HOME: this.home, LOG_LEVEL: 'warn' },
        ...{ SHUTDOWN_LEAD_MS: '0', PARLEY_DEMO: 'true' },
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('is ready')) resolve()
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', (code, signal) =>
      reject(new Error(`the server ended (${code ?? signal}) before it was ready:\n${said}`)),
    )
  })
}

/** Nobody listens on it now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return address.port
}
