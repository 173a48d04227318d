import { expect } from 'chai'
import { Authentication, forbidden } from '../../../../core/http/request/authentication.ts'
import type { Authenticator } from '../../../../core/plugin/authenticator.ts'
import { ParleyError } from '../../../../core/plugin/errors.ts'
import type { Actor } from '../../../../core/plugin/route.ts'
import { actors, bearer, visitor } from '../kit.ts'

describe('core/http/request/authentication', () => {
  const both = () => {
    const authentication = new Authentication()
    authentication.register(bearer())
    authentication.register(visitor)
    return authentication
  }

  it('finds the actor by scheme and token, whatever the case of the scheme', async () => {
    const known = { actor: actors().acme, scheme: 'bearer', token: 'acme' }
    expect(await both().recognize('Bearer acme')).to.deep.equal(known)
    expect(await both().recognize('BEARER   acme ')).to.deep.equal(known)
  })

  it('knows nobody by another scheme’s token, half a header, or a strange one', async () => {
    for (const header of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      ' acme',
      'visitor acme',
      'Digest acme',
      ['Bearer acme'],
    ]) {
      expect(await both().recognize(header), String(header)).to.equal(undefined)
    }
  })

  it('notices that a credential is revoked, or now names somebody else', async () => {
    const people = actors()
    const authentication = new Authentication()
    authentication.register(bearer(people))
    const recognized = await authentication.recognize('Bearer acme')
    if (recognized === undefined) throw new Error('expected to be recognized')
    expect(await authentication.stillHolds(recognized)).to.equal(true)
    Object.assign(people, { acme: people.reader })
    expect(await authentication.stillHolds(recognized)).to.equal(false)
    delete people.acme
    expect(await authentication.stillHolds(recognized)).to.equal(false)
  })

  it('challenges with the scheme that the route asks for, or with all', () => {
    expect(both().challenge({ scheme: 'visitor' }, false)).to.deep.include({
      status: 401,
      code: 'auth.required',
      headers: { 'www-authenticate': 'Visitor realm="parley"' },
    })
    expect(both().challenge({ permission: 'x' }, true)).to.deep.include({
      code: 'auth.invalid',
      headers: { 'www-authenticate': 'Bearer realm="parley", Visitor realm="parley"' },
    })
  })

  it('asks whoever recognises the form of a token, where several share a scheme', async () => {
    const { acme, globex } = actors()
    const asked: string[] = []
    const sharing = (prefix: string, actor: Actor | undefined): Authenticator => ({
      scheme: 'bearer',
      recognizes: (token) => token.startsWith(prefix),
      authenticate: async (token) => {
        asked.push(token)
        return token.endsWith('!') ? undefined : actor
      },
    })
    const authentication = new Authentication()
    authentication.register(sharing('a-', acme))
    authentication.register(sharing('b-', globex))
    expect(authentication.schemes()).to.deep.equal(['bearer'])
    const found = await authentication.recognize('Bearer b-1')
    expect(found?.actor).to.equal(globex)
    expect(await authentication.recognize('Bearer a-1!'), 'nobody else is asked').to.equal(undefined)
    expect(await authentication.recognize('Bearer c-1')).to.equal(undefined)
    expect(asked).to.deep.equal(['b-1', 'a-1!'])
    expect(found !== undefined && (await authentication.stillHolds(found))).to.equal(true)
    expect(() => authentication.register(bearer())).to.throw(ParleyError, /"bearer"/)
  })

  it('refuses a scheme that is taken, or is not in lower case', () => {
    expect(() => both().register(visitor)).to.throw(ParleyError, /"visitor"/)
    expect(() => both().register({ ...visitor, scheme: 'Basic' })).to.throw(ParleyError, /"Basic"/)
  })

  it('allows by permission, by family and by star', () => {
    const may = (permissions: string[]) => {
      const { acme } = actors()
      if (acme === undefined) throw new Error('no such actor')
      const recognized = { actor: { ...acme, permissions }, scheme: 'bearer', token: 't' }
      return forbidden({ permission: 'inbox.read' }, recognized) === undefined
    }
    expect([['*'], ['inbox.*'], ['inbox.read']].map(may)).to.deep.equal([true, true, true])
    expect([[], ['inbox'], ['inbox.write'], ['in.*']].map(may)).to.deep.equal([false, false, false, false])
  })
})
