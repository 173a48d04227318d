import { expect } from 'chai'
import fc from 'fast-check'
import { judgeChange, rankOf, type Standing } from '../../../../plugins/accounts/domain/ownership.ts'

const owner: Standing = { userId: 'owner', role: 'admin', owner: true }
const admin: Standing = { userId: 'admin', role: 'admin', owner: false }
const agent: Standing = { userId: 'agent', role: 'agent', owner: false }
const asking = (who: Standing) => ({ id: who.userId, rank: rankOf(who) })

describe('the rules of ownership', () => {
  const judge = (
    target: Standing,
    after: Partial<Standing> | undefined,
    by: Standing,
    members = [owner, admin, agent],
  ) => {
    const wanted = after === undefined ? undefined : { role: target.role, owner: target.owner, ...after }
    const judged = judgeChange(members, target, wanted, asking(by))
    return judged.ok ? 'yes' : judged.reason
  }

  it('let a higher rank change a lower one', () => {
    expect(judge(agent, { role: 'viewer' }, admin)).to.equal('yes')
    expect(judge(agent, { role: 'admin' }, admin)).to.equal('yes')
    expect(judge(admin, { role: 'agent' }, owner)).to.equal('yes')
    expect(judge(admin, undefined, owner)).to.equal('yes')
  })

  it('let nobody change an equal or a higher one, but themselves downwards', () => {
    expect(judge(owner, { owner: false }, admin)).to.equal('outranked')
    expect(judge({ ...admin, userId: 'other' }, undefined, admin)).to.equal('outranked')
    expect(judge(admin, { role: 'viewer' }, admin)).to.equal('yes')
    expect(judge(agent, { role: 'admin' }, agent)).to.equal('outranked')
    expect(judge(admin, { owner: true }, admin)).to.equal('outranked')
  })

  it('keep an owner where there is one, and an admin where there is one', () => {
    expect(judge(owner, { owner: false }, owner)).to.equal('last-owner')
    expect(judge(owner, undefined, owner)).to.equal('last-owner')
    expect(judge(admin, { role: 'agent' }, admin, [admin, agent])).to.equal('last-admin')
    expect(judge(owner, { owner: false }, owner, [owner, { ...admin, owner: true }])).to.equal('yes')
  })

  it('never leave a team of any shape without what it had, and never raise anybody above who asked', () => {
    const member = (userId: string): fc.Arbitrary<Standing> =>
      fc.constantFrom(
        { userId, role: 'admin', owner: true },
        { userId, role: 'admin', owner: false },
        { userId, role: 'agent', owner: false },
      )
    const team = fc.tuple(member('a'), member('b'), member('c'))
    const after = fc.option(
      fc.constantFrom(
        { role: 'admin', owner: true },
        { role: 'admin', owner: false },
        { role: 'viewer', owner: false },
      ),
      {
        nil: undefined,
      },
    )
    fc.assert(
      fc.property(team, after, fc.nat(2), fc.nat(2), (members, wanted, t, b) => {
        const [target, by] = [members[t], members[b]]
        if (target === undefined || by === undefined) return
        if (!judgeChange(members, target, wanted, asking(by)).ok) return
        const left = members.flatMap((one): Standing[] =>
          one !== target ? [one] : wanted === undefined ? [] : [{ ...one, ...wanted }],
        )
        if (members.some((one) => one.owner)) expect(left.some((one) => one.owner)).to.equal(true)
        expect(left.some((one) => one.role === 'admin')).to.equal(members.some((one) => one.role === 'admin'))
        if (wanted !== undefined) expect(rankOf(wanted)).to.be.at.most(rankOf(by))
      }),
    )
  })
})
