import { expect } from 'chai'
import { addressKey } from '../../../../core/http/limits/address-key.ts'

describe('the address that a caller is counted by', () => {
  it('is an IPv4 address itself, however it is written', () => {
    expect(['192.0.2.7', '::ffff:192.0.2.7'].map(addressKey)).to.deep.equal(['192.0.2.7', '192.0.2.7'])
  })

  it('is the /64 network of an IPv6 address, which one host has to itself', () => {
    const keys = ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:0db8:0000:0000:1:2:3:4', 'fe80::1%eth0', '::1'].map(
      addressKey,
    )
    expect(keys).to.deep.equal([...Array(3).fill('2001:db8:0:0::/64'), 'fe80:0:0:0::/64', '0:0:0:0::/64'])
    expect(addressKey('2001:db8:0:1::1')).to.equal('2001:db8:0:1::/64')
  })
})
