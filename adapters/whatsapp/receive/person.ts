import type { Identity, Sender } from '@parley/core'
import { asList, asRecord, asText, clip, type Json, present } from '../../meta/json.ts'

/** `US.13491208655302741918`, and the parent form `US.ENT.…`: a user's id within one business portfolio. */
const BSUID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/
const PHONE = /^\+?\d{5,20}$/
const MAX_NAME = 500
const MAX_VALUE = 320

/** What `contacts[]` says about the people of one change, by phone and by BSUID. */
export class ContactBook {
  readonly #byId = new Map<string, Json>()
  readonly #contacts: readonly Json[]

  constructor(value: Json) {
    this.#contacts = asList(value.contacts)
      .map(asRecord)
      .filter((contact) => contact !== undefined)
    for (const contact of this.#contacts) {
      for (const id of [asText(contact.wa_id), asText(contact.user_id)])
        if (id !== undefined) this.#byId.set(id, contact)
    }
  }

  /** The contact with one of these ids; when the message names nobody, the only contact there is. */
  find(ids: readonly (string | undefined)[]): Json | undefined {
    for (const id of ids) {
      const contact = id === undefined ? undefined : this.#byId.get(id)
      if (contact !== undefined) return contact
    }
    const nameless = ids.every((id) => id === undefined)
    return nameless && this.#contacts.length === 1 ? this.#contacts[0] : undefined
  }
}

/**
 * One id of WhatsApp as an identity. A phone means the same everywhere; a BSUID only within its portfolio, which a webhook
 * does not name: the WABA stands for it, so that ids of two portfolios can never be taken for one person. What is neither
 * (seen in the wild) is kept under its own kind rather than lost.
 */
export function identityOf(id: string, wabaId: string): Identity {
  if (PHONE.test(id)) return { kind: 'phone', scope: '', value: `+${id.replace('+', '')}` }
  const scope = clip(wabaId, 120)
  if (BSUID.test(id)) return { kind: 'bsuid', scope, value: id }
  return { kind: 'wa-id', scope, value: clip(id, MAX_VALUE) }
}

/** A group chat as somebody to answer to. */
export function groupIdentity(groupId: string, phoneNumberId: string): Identity {
  return { kind: 'group', scope: clip(phoneNumberId, 120), value: clip(groupId, MAX_VALUE) }
}

/** Phone first where both are known: it is what older statuses and history carry. `undefined` when nobody is named. */
export function senderOf(
  ids: { phone: string | undefined; userId: string | undefined; parentUserId: string | undefined },
  book: ContactBook,
  wabaId: string,
): Sender | undefined {
  const contact = book.find([ids.phone, ids.userId])
  const profile = asRecord(contact?.profile)
  const known = [ids.phone ?? asText(contact?.wa_id), ids.userId ?? asText(contact?.user_id)]
  const values = [...new Set(known.filter((id) => id !== undefined))]
  if (values.length === 0) return undefined
  const parent = ids.parentUserId ?? asText(contact?.parent_user_id)
  return {
    identities: values.map((id) => identityOf(id, wabaId)),
    ...present({
      displayName: clip(asText(profile?.name) ?? '', MAX_NAME) || undefined,
      username: clip((asText(profile?.username) ?? '').replace(/^@/, ''), MAX_VALUE) || undefined,
      attributes: parent === undefined ? undefined : { parentUserId: clip(parent, MAX_VALUE) },
    }),
  }
}
