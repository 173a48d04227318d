import { expect } from 'chai'
import { validate, version } from 'uuid'
import { newId } from '../../../core/plugin/new-id.ts'

describe('newId', () => {
  it('makes valid UUIDs of version 7, never the same twice', () => {
    const ids = Array.from({ length: 1000 }, () => newId())
    for (const id of ids) expect([validate(id), version(id)]).to.deep.equal([true, 7])
    expect(new Set(ids)).to.have.property('size', 1000)
  })

  it('sorts by time', () => {
    const times = [0, 1, 0xff_ff_ff, Date.parse('2026-11-20'), Date.parse('2126-01-01')]
    const ids = times.map((time) => newId(time))
    expect([...ids].sort()).to.deep.equal(ids)
  })
})
