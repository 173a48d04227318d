import type { LinkOptions, TokenSigner } from '@parley/core'

const PURPOSE = 'file-link'

/** Where links lead; the route that serves them is mounted there. */
export const LINK_PATH = '/api/files'

export interface LinkedFile {
  readonly tenantId: string
  readonly key: string
  readonly fileName: string
}

/** Signs links to files, and tells what a signed link leads to. */
export class FileLinks {
  readonly #tokens: TokenSigner

  constructor(tokens: TokenSigner) {
    this.#tokens = tokens
  }

  sign(tenantId: string, key: string, { ttlSeconds, fileName = '' }: LinkOptions): string {
    return `${LINK_PATH}/${this.#tokens.sign(PURPOSE, { tenantId, key, fileName }, ttlSeconds)}`
  }

  /** `undefined` when the link is forged or its time is over. */
  verify(token: string): LinkedFile | undefined {
    const { tenantId, key, fileName = '' } = this.#tokens.verify(PURPOSE, token) ?? {}
    return tenantId === undefined || key === undefined ? undefined : { tenantId, key, fileName }
  }
}
