import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

const MAIN = fileURLToPath(new URL('../../../core/cli/parley.mjs', import.meta.url))

/** Makes a tenant and a key that may do everything, and prints the key. */
const DEMO = `async () => ({
    settings: {},
    stop: async () => {},
    seed: async (kernel) => {
      await kernel.tenants.create({ slug: 'demo', name: 'Demo' })
      const tenant = await kernel.tenants.findBySlug('demo')
      const { key } = await kernel.database.transaction(tenant.id, (uow) =>
        kernel.apiKeys.create(uow, { name: 'test', scopes: ['*'] }))
      return ['key=' + key]
    },
  })`

type Env = Readonly<Record<string, string>>

export interface Exit {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder with a configuration, and a database of its own: what `parley` is run in. */
export class Installation {
  readonly folder: string
  readonly database: TestDatabase
  readonly #running = new Set<ChildProcess>()

  private constructor(folder: string, database: TestDatabase) {
    this.folder = folder
    this.database = database
  }

  static async create(plugins: readonly object[], options: { migrated?: boolean } = {}): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-installation-'))
    await mkdir(join(folder, 'config'))
    const config = `export default { plugins: ${JSON.stringify(plugins)}, demo: ${DEMO} }\n`
    await writeFile(join(folder, 'config', 'index.mjs'), config)
    return new Installation(folder, await createTestDatabase(options))
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], env: Env = {}): Promise<Exit> {
    return new Running(this.#spawn(args, env)).exit
  }

  /** Runs `parley start` until it is ready. Rejects, with what it said, when it ends instead. */
  async start(env: Env = {}): Promise<Server> {
    const server = new Running(this.#spawn(['start'], env))
    const ready = await server.until(/is ready: (\S+)[\s\S]*key=(\S+)/)
    return new Server(server, ready[1] ?? '', ready[2] ?? '')
  }

  /** `parley start`, not waited for. */
  launch(env: Env = {}): Running {
    return new Running(this.#spawn(['start'], env))
  }

  async remove(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL')
    await this.database.drop()
    await rm(this.folder, { recursive: true })
  }

  #spawn(args: readonly string[], env: Env): ChildProcess {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: {
        ...{ PATH: process.env.PATH ?? '', PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error', SHUTDOWN_LEAD_MS: '0' },
        DATABASE_URL: this.database.adminUrl,
        PARLEY_HOME: join(this.folder, 'home'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#running.add(child)
    child.once('exit', () => this.#running.delete(child))
    return child
  }
}

/** A process of `parley`, and what it has said so far. */
export class Running {
  readonly child: ChildProcess
  readonly exit: Promise<Exit>
  #stdout = ''
  #stderr = ''

  constructor(child: ChildProcess) {
    this.child = child
    child.stdout?.on('data', (chunk) => {
      this.#stdout += chunk
    })
    child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk
    })
    // Not 'close': after disconnect() it never comes.
    const ends = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'end'))
    this.exit = once(child, 'exit').then(async ([code]) => {
      await Promise.all(ends)
      return { code, stdout: this.#stdout, stderr: this.#stderr }
    })
  }

  /** Resolves once its output matches; rejects when it ends before. */
  until(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.#stdout.match(pattern)
        if (found !== null) resolve(found)
      }
      this.child.stdout?.on('data', look)
      look()
      void this.exit.then(({ code, stdout, stderr }) =>
        reject(new Error(`parley ended with ${code} before it said ${pattern}:\n${stdout}\n${stderr}`)),
      )
    })
  }
}

/** A server that is ready. */
export class Server {
  readonly process: Running
  readonly baseUrl: string
  readonly #key: string

  constructor(process: Running, baseUrl: string, key: string) {
    this.process = process
    this.baseUrl = baseUrl
    this.#key = key
  }

  async call(method: string, path: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${this.baseUrl}${path}`, { method, headers: { authorization: `Bearer ${this.#key}` } })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
  }

  /** A plugin as `GET /api/admin/plugins` shows it. */
  async plugin(id: string): Promise<Record<string, unknown>> {
    const { body } = await this.call('GET', '/api/admin/plugins')
    const items = body.items as readonly Record<string, unknown>[]
    return items.find((plugin) => plugin.id === id) ?? {}
  }

  async stop(): Promise<Exit> {
    this.process.child.kill('SIGTERM')
    return this.process.exit
  }
}
