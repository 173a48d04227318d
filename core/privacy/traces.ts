import type { Person, PersonTraces } from '../plugin/personal-data.ts'

/** Shorter ones would be found in texts of others. */
const SHORTEST_IDENTIFIER = 5

export const NO_TRACES: PersonTraces = { ids: [], identifiers: [], eventKeys: [], tenants: [] }

/** What is known at first: the person's own id. */
export function firstTraces(person: Person): PersonTraces {
  const id = subjectOf(person).id
  return { ...NO_TRACES, ids: [id], eventKeys: [id] }
}

export function mergeTraces(all: readonly Partial<PersonTraces>[]): PersonTraces {
  const union = (field: keyof PersonTraces) => [...new Set(all.flatMap((one) => one[field] ?? []))]
  return {
    ids: union('ids'),
    identifiers: union('identifiers').filter((one) => one.length >= SHORTEST_IDENTIFIER),
    eventKeys: union('eventKeys'),
    tenants: union('tenants'),
  }
}

export interface Subject {
  readonly kind: 'contact' | 'user'
  readonly id: string
}

export function subjectOf(person: Person): Subject {
  return 'contactId' in person ? { kind: 'contact', id: person.contactId } : { kind: 'user', id: person.userId }
}

export function personOf(tenantId: string, { kind, id }: Subject): Person {
  return kind === 'contact' ? { tenantId, contactId: id } : { tenantId, userId: id }
}
