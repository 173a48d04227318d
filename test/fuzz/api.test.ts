import { randomInt } from 'node:crypto'
import { expect } from 'chai'
import { type Furniture, furnish } from '../whole-house/furnish.ts'
import { House } from '../whole-house/house.ts'
import { ApiDocument } from './api-document.ts'
import { Callers } from './callers.ts'
import { type Fuzzed, fuzzOperation } from './fuzz-operation.ts'
import { Judge } from './judge.ts'

const RUNS = Number(process.env.FUZZ_RUNS ?? 5)
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
/** `FUZZ_ONLY=/api/contacts`: operations whose path begins so. */
const ONLY = process.env.FUZZ_ONLY ?? ''

/** Share of operations that may refuse every call: in a handful of runs it is about a half. More means that the house is empty. */
const MOST_UNDONE = 0.75

/** What takes things away comes last, so that there is something to find until then. */
const ORDER = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE']

describe(`every operation of the API, called with what it asks for and with what it does not (FUZZ_SEED=${SEED})`, function () {
  this.timeout(120_000 + RUNS * 60_000)
  let house: House
  let document: ApiDocument
  let mine: Furniture
  let other: Furniture
  const fuzzed: Fuzzed[] = []

  before(async () => {
    house = await House.open()
    document = new ApiDocument((await house.test.inject({ url: '/api/openapi.json', as: null })).body)
    mine = await furnish(house, 'Mine')
    other = await furnish(house, 'Other')
  })
  after(() => house.close())

  const inOrder = () =>
    document
      .operations()
      .filter(({ path }) => path.startsWith(ONLY))
      .toSorted((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method))

  it('never fails, and answers what the document says', async () => {
    const operator = await house.test.createTenant('operator', { scopes: ['*', 'platform.*', 'admin.*'] })
    const callers = new Callers(house, mine, operator)
    const judge = new Judge(document)
    const furniture = [mine, other]
    for (const operation of inOrder())
      fuzzed.push(
        await fuzzOperation(operation, { house, document, judge, callers, furniture, runs: RUNS, seed: SEED }),
      )
    const failures = fuzzed.flatMap(({ failure }) => failure ?? [])
    if (failures.length > 0) throw new Error(`${failures.length} operations answer wrongly:\n${failures.join('\n')}`)
  })

  it('was reached: many operations have done what they are for at least once', () => {
    const done = ({ statuses }: Fuzzed) => [...statuses.keys()].some((status) => status < 400)
    const undone = fuzzed.filter((one) => !done(one)).map(({ place, statuses }) => `${place} ${[...statuses.keys()]}`)
    expect(undone.length, undone.join('\n')).to.be.below(fuzzed.length * MOST_UNDONE)
  })

  it('leaves a house that is well', async () => {
    const { status, body } = await house.test.inject({ url: '/readyz', as: null })
    expect([status, body]).to.deep.include(200)
    const { body: plugins } = await house.test.inject({ url: '/api/admin/plugins' })
    const states = (plugins as { items: { id: string; state: string }[] }).items
    expect(states.filter(({ state }) => state !== 'started')).to.deep.equal([])
  })
})
