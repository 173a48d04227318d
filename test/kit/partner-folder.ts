import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packAll } from '../pack/pack.ts'
import { LocalRegistry } from './registry.ts'

export interface Ran {
  readonly code: number
  readonly output: string
}

/** An empty folder on a partner's machine, whose npm knows a registry that has the packed `@parley/core`. */
export class PartnerFolder {
  readonly path: string
  readonly #home: string
  readonly #registry: LocalRegistry

  private constructor(home: string, registry: LocalRegistry) {
    this.#home = home
    this.path = join(home, 'work')
    this.#registry = registry
  }

  static async open(): Promise<PartnerFolder> {
    const home = await mkdtemp(join(tmpdir(), 'parley-kit-'))
    const registry = new LocalRegistry()
    const folder = new PartnerFolder(home, registry)
    await registry.open(await packAll(join(home, 'packages')))
    return folder
  }

  /** What a shell of that machine has: the Node of this run, npm with the registry, nothing that an `npm test` handed down. */
  get env(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !/^npm_|^PARLEY|^MOCHA|^NODE_/i.test(name))
    return {
      ...Object.fromEntries(own),
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: this.#home,
      npm_config_registry: this.#registry.url,
      npm_config_cache: join(this.#home, 'npm-cache'),
      ...{ npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' },
    }
  }

  /** Runs a line as a shell does, in a folder below the empty one. */
  run(line: string, folder = ''): Promise<Ran> {
    const options = { cwd: join(this.path, folder), env: this.env, maxBuffer: 64 * 1024 * 1024 }
    return new Promise((resolve) => {
      execFile('bash', ['-c', line], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ code, output: stdout + stderr })
      })
    })
  }

  /** Starts a line that goes on until it is interrupted. It is a group of its own, as in a terminal. */
  start(line: string, folder = '') {
    return spawn('bash', ['-c', line], { cwd: join(this.path, folder), env: this.env, stdio: 'pipe', detached: true })
  }

  /** Ctrl-C: everybody in the terminal's group is told; who does not listen within `ms` is ended. */
  async interrupt(program: ChildProcess, ms = 30_000): Promise<void> {
    const { pid, exitCode, signalCode } = program
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    const gone = once(program, 'exit')
    process.kill(-pid, 'SIGINT')
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), ms)
    await gone
    clearTimeout(timer)
  }

  async close(): Promise<void> {
    await this.#registry.close()
    await rm(this.#home, { recursive: true, force: true })
  }
}
