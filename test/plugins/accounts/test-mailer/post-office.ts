import type { Mail } from '@parley/core'

/** Letter boxes by name. */
class PostOffice {
  readonly #boxes = new Map<string, Mail[]>()

  box(name: string): Mail[] {
    const box = this.#boxes.get(name) ?? []
    this.#boxes.set(name, box)
    return box
  }
}

export const postOffice = new PostOffice()
