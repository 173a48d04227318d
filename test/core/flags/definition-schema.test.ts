import { expect } from 'chai'
import Joi from 'joi'
import { flagFaults, flagFields, flagKey } from '../../../core/flags/definition-schema.ts'
import { flag } from './kit.ts'

const shape = Joi.object({ key: flagKey.required(), ...flagFields })
const refusal = (over: object) => shape.validate({ ...flag(), ...over }, { convert: false }).error?.message

describe('a definition of a flag', () => {
  it('is taken as it is meant', () => {
    const rules = [
      { name: 'pilots', tenants: ['018f0000-0000-7000-8000-00000000000a'], serve: 'on' },
      { segments: ['early'], from: '2026-03-01T00:00:00Z', serve: [{ variant: 'on', percentage: 12.345 }] },
    ]
    expect(refusal({ rules })).to.equal(undefined)
    expect(flagFaults(flag({ rules }))).to.deep.equal([])
  })

  it('is refused by its schema when a field is wrong', () => {
    for (const [over, why] of [
      [{ key: 'Inbox New' }, 'key'],
      [{ kind: 'date' }, 'kind'],
      [{ algorithm: 2 }, 'algorithm'],
      [{ rules: [{ serve: [{ variant: 'on', percentage: 100.5 }] }] }, 'rules[0].serve'],
      [{ rules: [{ serve: [{ variant: 'on', percentage: 0.0001 }] }] }, 'rules[0].serve'],
      [{ rules: [{ tenants: [], serve: 'on' }] }, 'rules[0].tenants'],
      [{ rules: [{ plan: ['pro'], serve: 'on' }] }, 'rules[0].plan'],
    ] as const) {
      expect(refusal(over), JSON.stringify(over)).to.include(why)
    }
  })

  it('names every part that means nothing', () => {
    const faults = flagFaults(
      flag({
        variants: { on: true, off: 'no' },
        default: 'maybe',
        rules: [
          { serve: 'perhaps' },
          { serve: [60, 50].map((percentage) => ({ variant: 'on', percentage })) },
          { from: '2026-03-01T01:00:00+02:00', until: '2026-02-28T23:00:00Z', serve: 'on' },
        ],
      }),
    )
    expect(faults).to.deep.equal([
      'variants.off must be of kind boolean',
      'default names "maybe", which is no variant',
      'rules.0.serve names "perhaps", which is no variant',
      'rules.1.serve adds up to more than 100 %',
      'rules.2.until must be after from',
    ])
  })
})
