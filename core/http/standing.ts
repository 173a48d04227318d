/**
 * Where the server stands: built → serving → stopping → stopped. `/readyz` says yes only while serving and while nobody
 * said otherwise; from stopping on there is no way back.
 */
export class Standing {
  #phase: 'built' | 'serving' | 'stopping' = 'built'
  #ready = true

  get serving(): boolean {
    return this.#phase === 'serving' && this.#ready
  }

  get stopping(): boolean {
    return this.#phase === 'stopping'
  }

  started(): void {
    if (this.#phase === 'built') this.#phase = 'serving'
  }

  setReady(ready: boolean): void {
    this.#ready = ready
  }

  stop(): void {
    this.#phase = 'stopping'
  }
}
