import { expect } from 'chai'
import { type Candidate, type Choice, select } from '../../../core/tenancy/select.ts'

const stripe: Candidate = { key: 'stripe', enabled: true }
const razorpay: Candidate = { key: 'razorpay', enabled: true, regions: ['IN'], currencies: ['INR'] }
const off: Candidate = { key: 'adyen', enabled: false, priority: 100 }

function chosen(candidates: readonly Candidate[], choice: Choice): string {
  const result = select(candidates, choice)
  return result.ok ? result.key : result.reason
}

describe('provider selection', () => {
  it('never takes a provider that is not enabled for the tenant', () => {
    expect(chosen([off, stripe], {})).to.equal('stripe')
    expect(chosen([off], {})).to.equal('no-provider')
    expect(chosen([], {})).to.equal('no-provider')
  })

  it('obeys an explicit binding before anything else', () => {
    const first = { ...razorpay, regions: [], currencies: [] }
    expect(chosen([{ ...stripe, priority: 9 }, first], { binding: 'razorpay' })).to.equal('razorpay')
  })

  it('refuses a binding that cannot serve, saying why, rather than passing it over', () => {
    expect(select([stripe, off], { binding: 'adyen' })).to.include({
      reason: 'binding-not-available',
      detail: 'the tenant is bound to adyen, but it is not enabled',
    })
    expect(select([stripe], { binding: 'paypal' })).to.include({
      detail: 'the tenant is bound to paypal, but it is not installed',
    })
    expect(select([stripe, razorpay], { binding: 'razorpay', region: 'IN', currency: 'EUR' })).to.include({
      detail: 'the tenant is bound to razorpay, but it does not serve region IN and currency EUR',
    })
  })

  it('prefers one made for the region and currency to one that serves everybody, whatever their priorities', () => {
    const general = { ...stripe, priority: 5 }
    expect(chosen([general, razorpay], { region: 'IN', currency: 'INR' })).to.equal('razorpay')
    expect(chosen([general, razorpay], { region: 'DE', currency: 'EUR' })).to.equal('stripe')
    expect(chosen([general, razorpay], { region: 'IN' }), 'currency left open').to.equal('stripe')
  })

  it('decides by priority when nothing else does, and calls a tie a configuration error', () => {
    const other: Candidate = { key: 'braintree', enabled: true }
    expect(chosen([stripe, { ...other, priority: 1 }], {})).to.equal('braintree')
    expect(select([stripe, other], { currency: 'USD' })).to.include({
      reason: 'ambiguous',
      detail: 'braintree, stripe serve currency USD equally well; bind one of them or set priorities',
    })
  })
})
