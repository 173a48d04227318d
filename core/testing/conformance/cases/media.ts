import { expect } from 'chai'
import type { Cases } from './case.ts'

export const mediaCases = {
  async picture(bench) {
    const fact = { fact: 'picture', account: 'first', customer: 'ada', id: 'm1' } as const
    await bench.tell([fact])
    const fetched = await bench.ask('first', 'media', { media: bench.vendor.mediaOf(fact) })
    expect(fetched).to.include({ ok: true })
    expect(fetched.bytes).to.be.a('number').greaterThan(0)
  },

  async expiredMedia(bench) {
    const fact = { fact: 'picture', account: 'first', customer: 'ada', id: 'm2', expired: true } as const
    await bench.tell([fact])
    const fetched = await bench.ask('first', 'media', { media: bench.vendor.mediaOf(fact) })
    expect(fetched).to.include({ ok: false, failure: 'gone' })
  },
} satisfies Cases
