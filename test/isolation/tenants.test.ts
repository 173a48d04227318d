import { randomInt } from 'node:crypto'
import nes from '@hapi/nes'
import { notificationRequested } from '@parley/core'
import { expect } from 'chai'
import { documentedPath } from '../../core/http/openapi/document.ts'
import { ApiDocument, type Operation } from '../fuzz/api-document.ts'
import { type Furniture, furnish } from '../whole-house/furnish.ts'
import { House } from '../whole-house/house.ts'
import { placesOfHouse } from '../whole-house/places.ts'
import { OPEN_BY_DESIGN, TOPICS } from './own-places.ts'
import { digestsOf, rowsNaming } from './rows.ts'
import { ownedPlaces, pathOf, placesOf, type Trespasser, trespass } from './trespass.ts'

const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
const UUID = /^[0-9a-f-]{36}$/

type Client = InstanceType<typeof nes.Client>

describe(`two tenants in one house, each with something of everything (FUZZ_SEED=${SEED})`, function () {
  this.timeout(180_000)
  let house: House
  let document: ApiDocument
  let ann: Furniture
  let bob: Furniture
  /** What must never reach Ann: his tenant, his people, his things. */
  let bobs: readonly string[]
  let ways: readonly Trespasser[]
  const clients: Client[] = []

  before(async () => {
    house = await House.open()
    document = new ApiDocument((await house.test.inject({ url: '/api/openapi.json', as: null })).body)
    ann = await furnish(house, 'Alphaville')
    bob = await furnish(house, 'Bobsburg')
    const ids = [...new Set(Object.values(bob.ids))].filter((id) => UUID.test(id))
    bobs = [bob.tenantId, bob.userId, bob.participantId, ...ids]
    const visitor = { authorization: `Visitor ${ann.visitorToken}` }
    const as =
      (token: string) =>
      ({ security }: Operation) =>
        security.length > 0 && security.every((one) => 'visitor' in one)
          ? visitor
          : { authorization: `Bearer ${token}` }
    ways = [ann.accessToken, ann.apiKey].map((token) => ({ house, document, seed: SEED, headers: as(token) }))
  })
  after(async () => {
    await Promise.all(clients.map((one) => one.disconnect()))
    await house.close()
  })

  const allRowsOfBob = () => rowsNaming(house.test.database.adminUrl, [bob.marker, ...bobs])
  const rowsOfBob = async () => digestsOf(await allRowsOfBob())
  /** What an answer says of Bob; what the caller sent is taken out of it first, as refusals repeat it. */
  const tells = (text: string, sent: readonly string[] = []) => {
    const own = sent.reduce((rest, one) => rest.replaceAll(one, ''), text).toLowerCase()
    return [bob.marker, ...bobs].filter((one) => own.includes(one.toLowerCase()) && !sent.includes(one))
  }

  it('has something for each path parameter of each route', () => {
    const paths = house.test.kernel.http.server.table().map(({ path }) => documentedPath(path))
    const places = new Set([...paths, ...document.operations().map(({ path }) => path)].flatMap(placesOf))
    const unfurnished = [...places].filter((place) => !(place in placesOfHouse) && !bob.ids[place])
    expect(unfurnished, 'furnish.ts makes these, or places.ts says that they are nobody’s').to.deep.equal([])
  })

  it('shows nothing of it in any list, search, feed or figure', async () => {
    const wrong: string[] = []
    for (const operation of document.operations()) {
      if (operation.method !== 'GET' || operation.id in OPEN_BY_DESIGN) continue
      const path = pathOf(operation.path, () => ann)
      for (const way of ways) {
        for (const query of questions(operation)) {
          const url = `${path}?${query}`
          const { status, text } = await house.test.inject({ url, as: null, headers: way.headers(operation) })
          const told = tells(text, query === '' ? [] : [decodeURIComponent(query.split('=')[1] ?? '')])
          if (told.length > 0 || status >= 500) wrong.push(`${url}: ${status} tells ${told}`)
        }
      }
    }
    expect(wrong, wrong.join('\n')).to.deep.equal([])
  })

  it('lets none of its things be read, changed or removed by id', async () => {
    const before = await rowsOfBob()
    const wrong: string[] = []
    for (const operation of document.operations()) {
      const owned = ownedPlaces(operation)
      if (owned.length === 0 || operation.id in OPEN_BY_DESIGN) continue
      // His alone, and each of his things behind one of hers.
      const mixes = owned.length === 1 ? [owned] : [owned, ...owned.map((place) => [place])]
      for (const way of ways) {
        for (const his of mixes) {
          const url = pathOf(operation.path, (place) => (his.includes(place) ? bob : ann))
          const { status, text } = await trespass(way, operation, url, bobs)
          const told = tells(text, Object.values(bob.ids))
          if (![403, 404].includes(status) || told.length > 0)
            wrong.push(`${operation.method} ${url}: ${status} ${text.slice(0, 200)} tells ${told}`)
        }
      }
    }
    expect(wrong, wrong.join('\n')).to.deep.equal([])
    expect(await rowsOfBob()).to.deep.equal(before)
  })

  /** A list as it is and whole; asked for Bob's words; filtered by each of his ids. */
  const questions = ({ parameters }: Operation): readonly string[] => {
    const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name)
    const searches = names.filter((name) => ['q', 'search'].includes(name))
    const filters = names.filter((name) => /id$|^(contact|conversation|connection|assignee|tenant|label)$/i.test(name))
    return [
      ...['', ...(names.includes('limit') ? ['limit=100'] : []), ...(names.includes('after') ? ['after=0'] : [])],
      ...searches.map((name) => `${name}=${bob.marker}`),
      ...filters.flatMap((name) => bobs.map((id) => `${name}=${id}`)),
    ]
  }

  it('keeps what flags say to it to itself', async () => {
    const operator = await house.test.createTenant('operator', { scopes: ['*', 'platform.*', 'admin.*'] })
    const flag = {
      ...{ key: 'house.secret', kind: 'string', summary: 'Told to one.', enabled: true },
      ...{ variants: { no: 'nothing', yes: `${bob.marker} only` }, off: 'no', default: 'no' },
      rules: [{ tenants: [bob.tenantId], serve: 'yes' }],
    }
    const made = await house.test.inject({ method: 'POST', url: '/api/admin/flags', payload: flag, as: operator })
    expect(made.status, made.text).to.equal(201)
    const evaluate = async (as: Furniture, path: string) => {
      const payload = { context: { targetingKey: bob.userId, tenantId: bob.tenantId, tenantid: bob.tenantId } }
      return (await house.test.inject({ method: 'POST', url: `/ofrep/v1/evaluate/flags${path}`, payload, as })).text
    }
    for (const path of ['', '/house.secret']) {
      expect(await evaluate(bob, path)).to.include(bob.marker)
      expect(tells(await evaluate(ann, path))).to.deep.equal([])
    }
  })

  it('is heard on no socket but its own', async () => {
    const mounted = (house.test.kernel.http.server.plugins as unknown as Nes).nes._listener._router.routes
    expect((mounted.get('sub')?.routes ?? []).map(({ path }) => path).toSorted()).to.deep.equal([...TOPICS].toSorted())
    const key = await connect(`Bearer ${ann.apiKey}`)
    const person = await connect(`Bearer ${ann.accessToken}`)
    const visitor = await connect(`Visitor ${ann.visitorToken}`)
    const heard: string[] = []
    const hear = (message: unknown) => void heard.push(JSON.stringify(message))
    for (const client of [key, person, visitor]) {
      for (const topic of TOPICS) {
        const refused = await client.subscribe(pathFor(topic, bob), hear).then(
          () => 'let in',
          (error: { statusCode?: number }) => error.statusCode,
        )
        expect(refused, topic).to.equal(403)
      }
    }
    const own = Promise.withResolvers<void>()
    await key.subscribe(pathFor(TOPICS[0], ann), (message: unknown) => {
      hear(message)
      own.resolve()
    })
    await person.subscribe(pathFor(TOPICS[1], ann), hear)
    await visitor.subscribe(pathFor(TOPICS[2], ann), hear)
    await change(bob)
    await change(ann)
    await own.promise
    expect(heard.length).to.be.above(0)
    expect(tells(heard.join('\n'))).to.deep.equal([])
  })

  it('stands in no row of another, and its partners hear of it alone', async () => {
    const rows = await rowsNaming(house.test.database.adminUrl, [ann.tenantId])
    for (const [table, texts] of rows) expect(tells(texts.join('\n')), table).to.deep.equal([])
    const { body } = await house.test.inject({
      url: `/api/webhooks/${ann.ids['/api/webhooks/{id}']}/deliveries`,
      as: ann,
    })
    expect((body as { items: unknown[] }).items.length, 'what Ann’s partner was sent').to.be.above(1)
  })

  it('cannot be reached by ids in what another sends about its own', async () => {
    const before = await allRowsOfBob()
    const wrong: string[] = []
    const last = ['POST', 'PUT', 'PATCH', 'DELETE']
    const operations = document.operations().filter(({ body, tag }) => body !== undefined && tag !== 'webchat')
    for (const operation of operations.toSorted((a, b) => last.indexOf(a.method) - last.indexOf(b.method))) {
      if (operation.path.startsWith('/api/auth/') || operation.id in OPEN_BY_DESIGN) continue
      const url = pathOf(operation.path, () => ann)
      for (const way of ways) {
        const { status, text } = await trespass(way, operation, url, bobs)
        if (tells(text).includes(bob.marker) || status >= 500)
          wrong.push(`${operation.method} ${url}: ${status} ${text}`)
      }
    }
    await house.test.drain(30_000)
    expect(wrong, wrong.join('\n')).to.deep.equal([])
    const after = await allRowsOfBob()
    for (const [table, texts] of before) {
      const now = new Set(after.get(table))
      expect(
        texts.filter((text) => !now.has(text)),
        `${table}: rows that are gone, or others now`,
      ).to.deep.equal([])
    }
    const added = [...after].flatMap(([table, texts]) => texts.filter((text) => !before.get(table)?.includes(text)))
    expect(added.filter((text) => text.includes(`"tenant_id": "${bob.tenantId}"`))).to.deep.equal([])
  })

  const connect = async (authorization: string) => {
    const client = new nes.Client(`ws://${new URL(house.test.baseUrl).host}`)
    clients.push(client)
    await client.connect({ reconnect: false, auth: { headers: { authorization } } })
    return client
  }
  const pathFor = (topic: string, { tenantId, userId, participantId }: Furniture) =>
    topic.replace('{tenantId}', tenantId).replace('{userId}', userId).replace('{participantId}', participantId)
  /** A note, an answer, and word to the owner. */
  const change = async (whose: Furniture) => {
    const url = `/api/conversations/${whose.ids['/api/conversations/{id}']}/notes`
    await house.test.inject({ method: 'POST', url, payload: { text: `${whose.marker} changes` }, as: whose })
    await house.test.kernel.database.transaction(whose.tenantId, async (uow) => {
      const data = { kind: 'house.told', to: { users: [whose.userId] }, title: `${whose.marker} is told` }
      uow.publish({ type: notificationRequested, key: 'house', data })
    })
    await house.test.drain(20_000)
  }
})

/** The part of nes in which it keeps its topics. */
interface Nes {
  readonly nes: {
    readonly _listener: {
      readonly _router: {
        readonly routes: ReadonlyMap<string, { readonly routes: readonly { readonly path: string }[] }>
      }
    }
  }
}
