import { expect } from 'chai'
import { fingerprint, parameterNames } from '../../../../core/http/routes/fingerprint.ts'

describe('core/http/routes/fingerprint', () => {
  it('is the same for paths that lead to the same place', () => {
    expect(fingerprint('/api/things/{id}')).to.equal(fingerprint('/api/things/{thingId}'))
    expect(fingerprint('/files/{path*}')).to.equal('/files/#')
    expect(fingerprint('/a/{pair*2}')).to.equal('/a/?/?')
    expect(fingerprint('/a/{id}.json')).not.to.equal(fingerprint('/a/{id}'))
  })

  it('lists the parameters of a path', () => {
    expect(parameterNames('/a/{id}/b/{rest*}')).to.deep.equal(['id', 'rest'])
    expect(parameterNames('/a/{maybe?}')).to.deep.equal(['maybe'])
    expect(parameterNames('/a')).to.deep.equal([])
  })
})
