import { asList, asRecord } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/** Visiting cards, an array: `[{ name: { formatted_name, … }, phones: [{ phone, wa_id?, type }], emails, org, … }]`. */
export const readContacts: KindReader = (body) => {
  const contacts = asList(body)
    .map(asRecord)
    .filter((contact) => contact !== undefined)
  return contacts.length === 0 ? undefined : { kind: 'contacts', contacts }
}
