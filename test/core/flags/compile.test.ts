import { expect } from 'chai'
import type { FlagDefinition } from '../../../core/contracts/ports/flag-admin.ts'
import { evaluate, flag } from './kit.ts'

const acme = { tenantId: 'acme', plan: 'pro' }

describe('a flag', () => {
  it('without rules says its default to everybody, and its variant for off while it is switched off', () => {
    const on = flag({ default: 'on' })
    expect(evaluate(on, {})).to.deep.equal({ value: true, variant: 'on', reason: 'STATIC' })
    const off = { ...on, enabled: false, rules: [{ serve: 'on' }] }
    expect(evaluate(off, acme)).to.deep.equal({ value: false, variant: 'off', reason: 'DISABLED' })
  })

  it('has values of every kind', () => {
    const limits = { seats: 5, regions: ['IN'] }
    const cases = [
      { kind: 'string', variants: { blue: 'Blue', red: 'Red' }, default: 'red', off: 'blue' },
      { kind: 'number', variants: { few: 3, many: 12.5 }, default: 'many', off: 'few' },
      { kind: 'object', variants: { small: limits, none: {} }, default: 'small', off: 'none' },
    ] as const satisfies readonly Partial<FlagDefinition>[]
    expect(cases.map((one) => evaluate(flag(one), {}).value)).to.deep.equal(['Red', 12.5, limits])
  })

  it('goes by the first rule that holds, by tenant or by plan', () => {
    const both = flag({
      rules: [
        { tenants: ['acme'], serve: 'off' },
        { plans: ['pro', 'team'], serve: 'on' },
      ],
    })
    expect(evaluate(both, acme)).to.include({ variant: 'off', reason: 'TARGETING_MATCH' })
    expect(evaluate(both, { tenantId: 'globex', plan: 'team' })).to.include({
      variant: 'on',
      reason: 'TARGETING_MATCH',
    })
    expect(evaluate(both, { tenantId: 'globex', plan: 'free' })).to.include({ variant: 'off', reason: 'DEFAULT' })
    expect(evaluate(both, {})).to.include({ variant: 'off', reason: 'DEFAULT' })
  })

  it('asks for all parts of a rule, attributes among them, and only for own ones', () => {
    const rule = {
      plans: ['pro'],
      attributes: [
        { name: 'beta', in: [true] },
        { name: 'country', in: ['IN', 'LK'] },
      ],
    }
    const one = flag({ rules: [{ ...rule, serve: 'on' }] })
    expect(evaluate(one, { ...acme, attributes: { beta: true, country: 'LK' } }).variant).to.equal('on')
    expect(evaluate(one, { ...acme, attributes: { beta: 'true', country: 'LK' } }).variant).to.equal('off')
    expect(evaluate(one, { plan: 'free', attributes: { beta: true, country: 'IN' } }).variant).to.equal('off')
    const inherited = flag({ rules: [{ attributes: [{ name: 'constructor', in: ['x'] }], serve: 'on' }] })
    expect(evaluate(inherited, { attributes: {} }).variant).to.equal('off')
  })

  it('knows the tenants of a segment, and nobody in one that is gone', () => {
    const early = { key: 'early', summary: '', any: [{ tenants: ['globex'] }, { plans: ['pro'] }] }
    const one = flag({ rules: [{ segments: ['early', 'gone'], serve: 'on' }] })
    expect(evaluate(one, acme, { segments: [early] }).variant).to.equal('on')
    expect(evaluate(one, { tenantId: 'globex' }, { segments: [early] }).variant).to.equal('on')
    expect(evaluate(one, { tenantId: 'initech', plan: 'free' }, { segments: [early] }).variant).to.equal('off')
    expect(evaluate(one, acme).variant).to.equal('off')
  })

  it('follows a schedule: from one moment on, and before another', () => {
    const [from, until] = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z']
    const march = flag({ rules: [{ from, until, serve: 'on' }] })
    const at = (moment: string) => evaluate(march, acme, { now: Date.parse(moment) }).variant
    expect(['2026-02-28T23:59:59.999Z', from, '2026-03-31T23:59:59.999Z', until].map(at)).to.deep.equal([
      ...['off', 'on', 'on', 'off'],
    ])
  })

  it('rolls out by subject where it says so; whoever has no id falls in no share', () => {
    const all = flag({ bucketBy: 'subject', rules: [{ serve: [{ variant: 'on', percentage: 100 }] }] })
    expect(evaluate(all, { tenantId: 'acme', subject: 'ann' })).to.include({ variant: 'on', reason: 'SPLIT' })
    expect(evaluate(all, acme)).to.include({ variant: 'off', reason: 'DEFAULT' })
  })
})
