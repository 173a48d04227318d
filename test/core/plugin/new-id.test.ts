import { expect } from 'chai'
import { validate, version } from 'uuid'
import { newId } from '../../../core/plugin/new-id.ts'

describe('newId', () => {
  it('makes valid UUIDs of version 7, never the same twice', () => {
    const ids = Array.from({ length: 1000 }, () => newId())
    for (const id of ids) expect([validate(id), version(id)]).to.deep.equal([true, 7])
    expect(new Set(ids)).to.have.property('size', 1000)
  })

  it('sorts in the order they were made, also within a millisecond and over its counter', () => {
    const ids = Array.from({ length: 10_000 }, () => newId())
    expect([...ids].sort()).to.deep.equal(ids)
  })

  it('tells the time it was made', () => {
    const before = Date.now()
    const at = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16)
    expect(at).to.be.within(before, Date.now() + 10)
  })
})
