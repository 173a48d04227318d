import type { TestAnswer } from '@parley/core/testing'
import fc from 'fast-check'
import type { ApiDocument, Operation } from '../fuzz/api-document.ts'
import { valuesOf } from '../fuzz/schema-values.ts'
import type { Furniture } from '../whole-house/furnish.ts'
import type { House } from '../whole-house/house.ts'
import { placesOfHouse } from '../whole-house/places.ts'
import { BODIES } from './own-places.ts'

/** Bodies that a schema lets through may still be wrong together; so many are tried for one that is not. */
const TRIES = 40

export interface Trespasser {
  readonly house: House
  readonly document: ApiDocument
  readonly seed: number
  /** Who calls. */
  readonly headers: (operation: Operation) => Readonly<Record<string, string>>
}

/** Path parameters of an operation that name something of a tenant's: the paths up to each. */
export function ownedPlaces({ path }: Pick<Operation, 'path'>): readonly string[] {
  return placesOf(path).filter((place) => !(place in placesOfHouse))
}

/** `/a/{x}/b/{y}` → `/a/{x}`, `/a/{x}/b/{y}`. */
export function placesOf(path: string): readonly string[] {
  return [...path.matchAll(/\{\w+\}/g)].map(({ index, 0: name }) => path.slice(0, index + name.length))
}

/** The path with an id for each parameter: `whose` says of whom. */
export function pathOf(path: string, whose: (place: string) => Furniture): string {
  return placesOf(path).reduce((url, place) => {
    const id = placesOfHouse[place]?.[0] ?? whose(place).ids[place] ?? 'nothing'
    const name = place.slice(place.lastIndexOf('{'))
    return url.replace(name, () => encodeURIComponent(id))
  }, path)
}

/** Calls with bodies that the schema accepts until one is not refused for what it is; the answer to it. */
export async function trespass(
  { house, document, seed, headers }: Trespasser,
  operation: Operation,
  url: string,
  ids: readonly string[],
): Promise<TestAnswer> {
  const { method, body } = operation
  const own = { method, url, as: null }
  if (body === undefined || body.type !== 'application/json')
    return house.test.inject({ ...own, headers: headers(operation), ...(method === 'GET' ? {} : { payload: {} }) })
  const values = { ids, resolve: <T>(node: T) => document.resolve(node) }
  const bodies = fc.sample(valuesOf(body.schema, values), { numRuns: TRIES, seed })
  let answer: TestAnswer | undefined
  for (const payload of operation.id in BODIES ? [BODIES[operation.id], ...bodies] : bodies) {
    const type = { 'content-type': 'application/json' }
    const text = JSON.stringify(payload)
    answer = await house.test.inject({ ...own, headers: { ...headers(operation), ...type }, payload: text })
    if (![400, 422].includes(answer.status)) return answer
  }
  if (answer === undefined) throw new Error(`no body for ${method} ${url}`)
  return answer
}
