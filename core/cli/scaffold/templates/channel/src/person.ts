import { type Identity, identityKey, type Sender } from '@parley/core'

/** Plugin id and provider key. Stored with every conversation, so it never changes. */
export const CHANNEL = 'parley-channel-acmegram'

/** How a person is known. The scope is empty as an id means the same person everywhere. */
export function identity(value: string): Identity {
  return { kind: 'acmegram', scope: '', value }
}

export function sender(value: string, name: string | undefined): Sender {
  return { identities: [identity(value)], ...(name === undefined ? {} : { displayName: name }) }
}

/** What order is kept for: everything of one person at one account. */
export function lane(connectionId: string, value: string): string {
  return `${connectionId}/${identityKey(identity(value))}`
}
