import { expect } from 'chai'
import { IntakeCounts } from '../../../../core/http/intake/counters.ts'

describe('intake counters', () => {
  it('count by adapter, with every counter named', () => {
    const counts = new IntakeCounts()
    counts.count('stored', 'whatsapp', 3)
    counts.count('stored', 'whatsapp')
    counts.count('refused', 'telegram')
    counts.count('unknown', 'silent', 0)
    const { whatsapp, telegram, ...rest } = counts.snapshot()
    expect(rest).to.deep.equal({})
    expect(whatsapp).to.include({ stored: 4, duplicate: 0, refused: 0 })
    expect(telegram).to.include({ refused: 1 })
  })

  it('keep a bounded number of unknown fields, however many a vendor invents', () => {
    const counts = new IntakeCounts()
    for (let index = 0; index < 1000; index += 1) counts.unknownField('whatsapp', `field-${index}`, 2)
    counts.unknownField('whatsapp', 'field-0', 1)
    const fields = counts.snapshot().whatsapp?.unknownFields ?? {}
    expect(Object.keys(fields)).to.have.length(201)
    expect(fields).to.include({ 'field-0': 3, other: 1600 })
  })
})
