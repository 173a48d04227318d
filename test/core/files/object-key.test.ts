import { expect } from 'chai'
import { checkVariant, newObjectKey, objectIdOf } from '../../../core/files/object-key.ts'
import { newId } from '../../../core/plugin/new-id.ts'

describe('core/files/object-key', () => {
  it('makes keys that begin with the tenant and are found for it alone', () => {
    const [tenant, other] = [newId(), newId()]
    const key = newObjectKey(tenant)
    expect(key.startsWith(`${tenant}/`)).to.equal(true)
    expect(objectIdOf(tenant, key)).to.equal(key.slice(37))
    expect(objectIdOf(other, key)).to.equal(undefined)
  })

  it('takes nothing that could lead elsewhere', () => {
    const tenant = newId()
    for (const key of [`${tenant}/../x`, `${tenant}/${newId()}/x`, `${tenant}/${newId()}\n`, '', tenant])
      expect(objectIdOf(tenant, key), key).to.equal(undefined)
    expect(() => newObjectKey('../x')).to.throw('UUID')
    for (const name of ['Thumb', '../x', 'a.b', '', 'x'.repeat(41)]) expect(() => checkVariant(name), name).to.throw()
    expect(checkVariant('thumb-320')).to.equal('thumb-320')
  })
})
