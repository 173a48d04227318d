import { Child } from '../child.ts'
import type { LoadOptions, LoadResult } from './load.ts'

/** The load generator and fake vendor, in one process of their own so that both ends of a latency share a clock. */
export class Generator {
  readonly graphBaseUrl: string
  readonly #child: Child

  private constructor(child: Child, graphBaseUrl: string) {
    this.#child = child
    this.graphBaseUrl = graphBaseUrl
  }

  static async start(): Promise<Generator> {
    const child = new Child('test/bench/generator/main.ts', [], {})
    const { graphBaseUrl } = await child.message<{ graphBaseUrl: string }>()
    return new Generator(child, graphBaseUrl)
  }

  async run(options: LoadOptions): Promise<LoadResult> {
    const answer = this.#child.message<{ result: LoadResult } | { error: string }>()
    this.#child.process.send(options)
    const said = await answer
    if ('error' in said) throw new Error(`the load generator failed: ${said.error}`)
    return said.result
  }

  stop(): Promise<void> {
    return this.#child.stop()
  }
}
