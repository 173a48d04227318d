import { expect } from 'chai'
import Joi from 'joi'
import { cursorQuery, decodeCursor, encodeCursor, page, pageSchema } from '../../../core/http/cursor.ts'
import { ParleyError } from '../../../core/plugin/errors.ts'
import { as, rig, route } from './kit.ts'

const shape = Joi.array<[string, number]>().ordered(
  Joi.string().isoDate().required(),
  Joi.number().integer().required(),
)
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => ({ id: from + at }))

describe('core/http/cursor', () => {
  it('gives back the tuple it was made from, in an alphabet for URLs', () => {
    const cursor = encodeCursor(['2026-01-05T09:00:00.000Z', 7])
    expect(cursor).to.match(/^[A-Za-z0-9_-]+$/)
    expect(decodeCursor(cursor, shape)).to.deep.equal(['2026-01-05T09:00:00.000Z', 7])
  })

  it('has no tuple for the first page', () => {
    expect(decodeCursor(undefined, shape)).to.equal(undefined)
  })

  it('refuses whatever it did not make: noise, other shapes, other types, an empty text', () => {
    const bad = [
      '',
      'noise',
      '!!',
      encodeCursor([]),
      encodeCursor(['2026-01-05T09:00:00.000Z']),
      encodeCursor([7, 7]),
      encodeCursor(['2026-01-05T09:00:00.000Z', 7, 8]),
    ]
    for (const cursor of bad) {
      expect(() => decodeCursor(cursor, shape), cursor)
        .to.throw(ParleyError)
        .with.property('code', 'cursor.invalid')
    }
  })

  it('makes a page of limit rows, with the place of the last one while there are more', () => {
    const first = page({ items: rows(1, 4), limit: 3, cursorOf: (row) => [row.id] })
    expect(first.items).to.deep.equal(rows(1, 3))
    expect(first.next).to.equal(encodeCursor([3]))
    expect(page({ items: rows(4, 6), limit: 3, cursorOf: (row) => [row.id] }).next).to.equal(null)
    expect(page({ items: [], limit: 3, cursorOf: () => [] })).to.deep.equal({ items: [], next: null })
  })

  it('walks a list over HTTP to its end, seeing every row once', async () => {
    const all = rows(1, 7)
    const ids = Joi.array<[number]>().ordered(Joi.number().required())
    const { http } = await rig([
      route({
        query: Joi.object(cursorQuery({ maxLimit: 3 })),
        responses: { 200: { description: 'Things.', schema: pageSchema(Joi.object({ id: Joi.number() })) } },
        handle: async ({ query }) => {
          const { cursor, limit } = query as { cursor?: string; limit: number }
          const [after] = decodeCursor(cursor, ids) ?? [0]
          const items = all.filter((row) => row.id > after).slice(0, limit + 1)
          return { status: 200, body: page({ items, limit, cursorOf: (row) => [row.id] }) }
        },
      }),
    ])
    const get = async (query: string) => http.inject({ url: `/api/things${query}`, headers: as('acme') })
    const seen: { id: number }[] = []
    let next: string | null = ''
    while (next !== null) {
      const answer = JSON.parse((await get(next === '' ? '' : `?cursor=${next}`)).payload)
      seen.push(...answer.items)
      next = answer.next
    }
    expect(seen).to.deep.equal(all)
    const bad = await get('?cursor=made-up')
    expect(bad.statusCode).to.equal(400)
    expect(JSON.parse(bad.payload).errors[0].field).to.equal('cursor')
    const greedy = await get('?limit=4')
    expect(JSON.parse(greedy.payload).errors).to.deep.equal([
      { field: 'limit', message: 'limit must be less than or equal to 3' },
    ])
  })
})
