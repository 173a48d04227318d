import { channelAccountChanged } from '@parley/core'
import { fingerprint } from '../../../fingerprint.ts'
import { about, known } from '../place.ts'
import type { ElementReader } from './reader.ts'

/** News about the account, or about which app holds a conversation: no words of a person's. It has no id, so its JSON stands for it. */
export function readThreadControl(change: string): ElementReader {
  return (body, place) => [
    known(place, `account:${fingerprint(change, place.element)}`, (connectionId) => ({
      type: channelAccountChanged,
      key: connectionId,
      data: { ...about(place, connectionId), change, detail: body },
    })),
  ]
}
