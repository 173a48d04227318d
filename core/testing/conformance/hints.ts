import type { CaseName } from './case-names.ts'

/** What is missing in a channel whose case is red: where its author goes on. */
export const HINTS: Readonly<Record<CaseName, string>> = {
  batch: 'parse: return one item for every element of every array, in the order they came; a picture is a message, too',
  duplicate: 'parse: dedupeKey names the fact (`message:<vendor id>`), never the call that carried it',
  reordered: 'parse: dedupeKey and key come from the element alone, not from its place in the call',
  echo: 'parse: what the business wrote in the vendor’s own app becomes channel.message.echoed.v1',
  unknownKind: 'parse: an element of no known kind becomes channel.unknown.received.v1, deduplicated, and is counted',
  foreignScripts: 'parse: read bytes as UTF-8 and change nothing in a text',
  unsigned: 'verify: a call without a signature, or signed with another secret, is false',
  tampered: 'verify: sign the exact bytes of request.body, never JSON that was parsed and written again',
  emptySecret: 'verify: an empty secret is never accepted; name every secret in `secrets`',
  brokenBody: 'parse: never throws; a body that is none of this vendor’s is { ok: false, field, detail }',
  twoTenants: 'parse: `account` is the vendor’s id of the account that the element belongs to',
  sends:
    'send: answer { ok: true, externalId } with the vendor’s id, and hand correlationId along where the vendor takes one',
  finalRefusal: 'send: what the vendor will never take is `recipient`, `content` or `window`, with its own code',
  throttled: 'send: a used-up rate is `throttled` with retryAfterMs above 0',
  passingFault: 'send: a fault after which nothing was done is `retryable`',
  lostAnswer: 'send: no answer after the call left us is `unknown`, and is never repeated',
  abort: 'send: hand request.signal to fetch, and answer with a value when it fires',
  wrongCredential:
    'send: a refused credential is `auth`; test(): ok only for this very account; no secret in any detail',
  picture: 'channelMedia.fetch: stream the file that `media.ref` names',
  expiredMedia: 'channelMedia.fetch: a file that the vendor has no more is `gone`',
  inConversation:
    'parse: texts become channel.message.received.v1, statuses channel.status.changed.v1 in the person’s lane',
  keepsOrder: 'send: answer `throttled` and `retryable` instead of waiting or repeating; the inbox does that',
  showsFailure: 'send: a final refusal is a result with `recipient`, `content` or `window`, not an exception',
  settlesUnknown: 'parse: a status carries correlationId, what we handed along with the send',
  earlyStatus: 'parse: a status is an event of its own by the vendor’s message id; keep none back, reorder none',
  noSecrets: 'log and answer nothing that holds a secret: no URL with a token, no header, no vendor’s words unread',
}
