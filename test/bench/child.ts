import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverFlags } from '../../core/cli/node-flags.mjs'

export const root = join(import.meta.dirname, '..', '..')

/** Linux counts processor time in hundredths of a second. */
const CLOCK_TICKS = 100

/** A program of the bench in its own process, ended by its pid and never left behind. */
export class Child {
  readonly process: ChildProcess
  readonly #errors: string[] = []

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.process = spawn(process.execPath, [...serverFlags, join(root, file), ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.#errors.push(chunk.toString())
      if (this.#errors.length > 50) this.#errors.shift()
    })
  }

  /** The next IPC message; rejects with what the program wrote when it ends instead. */
  message<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`the program ended: ${this.#errors.join('').slice(-2000)}`))
      this.process.once('exit', ended)
      this.process.once('message', (message) => {
        this.process.off('exit', ended)
        resolve(message as T)
      })
    })
  }

  get errors(): string {
    return this.#errors.join('')
  }

  /** Resident memory in MB. */
  memory(): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
  }

  /** Seconds of processor time so far, of this process alone. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill('SIGTERM')
    const late = setTimeout(() => this.process.kill('SIGKILL'), 20_000)
    await gone
    clearTimeout(late)
  }
}
