import { randomUUID } from 'node:crypto'

export interface OpenUpload {
  readonly id: string
  readonly key: string
  readonly startedAt: number
}

interface Growing extends OpenUpload {
  readonly headers: Readonly<Record<string, string>>
  readonly parts: Map<number, Buffer>
}

/** Uploads in parts that were begun and neither completed nor aborted. */
export class MultipartUploads {
  readonly #growing = new Map<string, Growing>()

  start(key: string, headers: Readonly<Record<string, string>>, startedAt: number): string {
    const id = randomUUID()
    this.#growing.set(id, { id, key, headers, startedAt, parts: new Map() })
    return id
  }

  part(id: string, number: number, content: Buffer): boolean {
    return this.#growing.get(id)?.parts.set(number, content) !== undefined
  }

  abort(id: string): boolean {
    return this.#growing.delete(id)
  }

  complete(id: string): { content: Buffer; headers: Readonly<Record<string, string>> } | undefined {
    const found = this.#growing.get(id)
    if (found === undefined) return undefined
    this.#growing.delete(id)
    const parts = [...found.parts].sort(([a], [b]) => a - b).map(([, content]) => content)
    return { content: Buffer.concat(parts), headers: found.headers }
  }

  open(prefix: string): readonly OpenUpload[] {
    return [...this.#growing.values()].filter(({ key }) => key.startsWith(prefix))
  }
}
