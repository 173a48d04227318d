import type { TestAnswer } from '@parley/core/testing'
import fc from 'fast-check'
import type { Furniture } from '../whole-house/furnish.ts'
import type { House } from '../whole-house/house.ts'
import { placesOfHouse } from '../whole-house/places.ts'
import type { ApiDocument, Operation } from './api-document.ts'
import type { Callers } from './callers.ts'
import type { Judge } from './judge.ts'
import { type FuzzRequest, requestsOf } from './requests.ts'

export interface FuzzParts {
  readonly house: House
  readonly document: ApiDocument
  readonly judge: Judge
  readonly callers: Callers
  /** Whose things are named by path parameters and ids in bodies: the caller's own first. */
  readonly furniture: readonly Furniture[]
  readonly runs: number
  readonly seed: number
}

export interface Fuzzed {
  readonly place: string
  readonly statuses: ReadonlyMap<number, number>
  /** The smallest request that was answered wrongly, and what was wrong; `undefined` when nothing was. */
  readonly failure: string | undefined
}

/** Calls one operation `runs` times, and once more for each step of making a failing request smaller. */
export async function fuzzOperation(operation: Operation, parts: FuzzParts): Promise<Fuzzed> {
  const place = `${operation.method} ${operation.path}`
  const statuses = new Map<number, number>()
  const headers = await parts.callers.header(operation)
  const ids = parts.furniture.flatMap((one) => [...new Set(Object.values(one.ids)), one.userId, one.tenantId])
  const values = {
    ids: ids.filter((id) => /^[0-9a-f-]{36}$/.test(id)),
    resolve: <T>(node: T) => parts.document.resolve(node),
  }
  const placed = (prefix: string) => [
    ...parts.furniture.flatMap(({ ids }) => ids[prefix] ?? []),
    ...(placesOfHouse[prefix] ?? []),
  ]
  const requests = requestsOf(operation, values, placed)
  const property = fc.asyncProperty(requests, async (request) => {
    const answer = await call(parts.house, request, headers)
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    const complaint = parts.judge.complaint(operation, answer)
    const why = answer.status >= 500 ? `\n    ${parts.house.log.faults.at(-1)?.slice(0, 1500)}` : ''
    if (complaint !== undefined) throw new Error(`${complaint}${why}`)
  })
  const { runs: numRuns, seed } = parts
  const outcome = await fc.check(property, { numRuns, seed, endOnFailure: false, maxSkipsPerRun: 0 })
  return { place, statuses, failure: outcome.failed ? told(place, outcome) : undefined }
}

function told(
  place: string,
  { counterexample, errorInstance, numShrinks, seed }: fc.RunDetails<[FuzzRequest]>,
): string {
  const request = JSON.stringify(counterexample?.[0])?.slice(0, 1500)
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  return `${place}: ${reason}\n    for ${request}\n    (seed ${seed}, made smaller ${numShrinks} times)`
}

function call(house: House, { method, url, headers, payload }: FuzzRequest, own: object): Promise<TestAnswer> {
  return house.test.inject({
    ...{ method, url, as: null, headers: { ...headers, ...own } },
    ...(payload === undefined ? {} : { payload }),
  })
}
