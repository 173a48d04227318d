import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ChildPlan, ChildReport } from './child.ts'

/** A kernel in a process of its own, so that boot and memory are its own. */
export class KernelProcess {
  readonly #child: ChildProcess
  readonly started: ChildReport

  private constructor(child: ChildProcess, started: ChildReport) {
    this.#child = child
    this.started = started
  }

  static async start(plan: ChildPlan): Promise<KernelProcess> {
    const child = fork(join(import.meta.dirname, 'child.ts'), [JSON.stringify(plan)], { execArgv: ['--expose-gc'] })
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the kernel's process ended with ${code}`)
    })
    const [started] = (await Promise.race([once(child, 'message'), ended])) as [ChildReport]
    ended.catch(() => undefined)
    return new KernelProcess(child, started)
  }

  async report(): Promise<ChildReport> {
    const answer = once(this.#child, 'message')
    this.#child.send('report')
    const [report] = (await answer) as [ChildReport]
    return report
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) await this.stop()
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.send('stop')
    await gone
  }
}
