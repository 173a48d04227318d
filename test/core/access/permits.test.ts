import { expect } from 'chai'
import fc from 'fast-check'
import { mayGrant, permits, scopeSchema } from '../../../core/access/permits.ts'

const actor = (...permissions: string[]) => ({ permissions })

describe('permissions', () => {
  it('are given by the key itself, by its family, or by everything', () => {
    expect(permits(actor('inbox.read'), 'inbox.read')).to.equal(true)
    expect(permits(actor('inbox.*'), 'inbox.read')).to.equal(true)
    expect(permits(actor('inbox.*'), 'inbox.notes.write')).to.equal(true)
    expect(permits(actor('*'), 'inbox.read')).to.equal(true)
    expect(permits(actor('contacts.read', 'inbox.read'), 'inbox.read')).to.equal(true)
  })

  it('are not given by a neighbour, a part of the name, or nothing', () => {
    for (const scope of ['inbox.write', 'inbox', 'inbox.readx', 'inbo.*', 'inbox.rea*', '.*', '**', ''])
      expect(permits(actor(scope), 'inbox.read'), scope).to.equal(false)
    expect(permits(actor('inbox.*'), 'inbox')).to.equal(false)
    expect(permits(actor('inbox.*'), 'inbox.')).to.equal(false)
    expect(permits(actor(), 'inbox.read')).to.equal(false)
  })

  it('over all tenants are not among everything that one may do in a tenant', () => {
    expect(permits(actor('*'), 'platform.tenants.read')).to.equal(false)
    expect(mayGrant(actor('*'), 'platform.*')).to.equal(false)
    expect(permits(actor('*', 'platform.*'), 'platform.tenants.read')).to.equal(true)
    expect(permits(actor('platform.*'), 'inbox.read')).to.equal(false)
  })

  it('can be handed on only by who holds all of them', () => {
    expect(mayGrant(actor('*'), '*')).to.equal(true)
    expect(mayGrant(actor('inbox.*'), 'inbox.*')).to.equal(true)
    expect(mayGrant(actor('inbox.*'), 'inbox.notes.*')).to.equal(true)
    expect(mayGrant(actor('inbox.notes.*'), 'inbox.*')).to.equal(false)
    expect(mayGrant(actor('inbox.*'), '*')).to.equal(false)
    expect(mayGrant(actor('inbox.read'), 'inbox.*')).to.equal(false)
  })

  it('that are handed on never allow more than the giver could do', () => {
    const part = fc.constantFrom('a', 'b')
    const scope = fc.oneof(
      fc.constant('*'),
      fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
      fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => `${parts.join('.')}.*`),
    )
    const permission = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'))
    fc.assert(
      fc.property(scope, scope, permission, (held, given, wanted) => {
        if (mayGrant(actor(held), given) && permits(actor(given), wanted))
          expect(permits(actor(held), wanted), `${held} gave ${given}, which allows ${wanted}`).to.equal(true)
      }),
    )
  })

  it('are written as keys, families or *', () => {
    for (const good of ['*', 'inbox.read', 'inbox.*', 'web-chat.a.b', 'admin'])
      expect(scopeSchema.validate(good).error, good).to.equal(undefined)
    for (const bad of ['', 'Inbox.read', '*.read', 'inbox.', '.read', 'inbox.*.read', 'inbox*', 'a b'])
      expect(scopeSchema.validate(bad).error, bad).to.not.equal(undefined)
  })
})
