import {
  CASE_NAMES,
  type ChannelDriver,
  conformanceTable,
  failuresOf,
  type Judgement,
  judgeChannel,
  type Verdict,
} from '@parley/core/testing/conformance'
import { expect } from 'chai'
import { findDrivers } from '../../conformance/find-drivers.ts'

function judged(channel: string, odd: Partial<Record<string, Verdict>>): Judgement {
  const verdicts = Object.fromEntries(CASE_NAMES.map((name) => [name, odd[name] ?? { verdict: 'passed', ms: 1 }]))
  return { channel, verdicts: verdicts as Judgement['verdicts'] }
}

describe('the table of conformance', () => {
  it('shows channel × case, gives every reason, and says what a failed case needs', () => {
    const lines = conformanceTable([
      judged('Pigeon', { echo: { verdict: 'not-applicable', because: 'pigeons do not talk to each other' } }),
      judged('Drum', { batch: { verdict: 'failed', reason: 'expected 2 to be 3', missing: 'write more' } }),
    ])
    expect(lines[0]).to.match(/Pigeon\s+Drum/)
    expect(lines.find((line) => line.startsWith('echo'))).to.match(/n\/a\s+ok/)
    expect(lines.find((line) => line.startsWith('batch'))).to.match(/ok\s+FAILED/)
    expect(lines).to.include.members([
      '  Pigeon, echo: pigeons do not talk to each other',
      '  Drum, batch: expected 2 to be 3',
      '    → write more',
    ])
  })

  it('fails every case of a channel that does not start, with the reason', async () => {
    const driver: ChannelDriver = {
      name: 'Still born',
      provider: 'still-born',
      root: '/',
      plugins: () => [],
      notApplicable: { echo: 'it never spoke' },
      start: () => Promise.reject(new Error('no such vendor')),
    }
    const judgement = await judgeChannel(driver)
    expect(failuresOf(judgement)).to.equal(CASE_NAMES.length - 1)
    expect(judgement.verdicts.batch).to.include({
      verdict: 'failed',
      reason: 'the channel does not start: no such vendor',
    })
  })

  it('finds a driver for every adapter that provides a channel, and only drivers of channels', async () => {
    const { drivers, undriven } = await findDrivers()
    expect(undriven).to.deep.equal([])
    expect(drivers.map(({ provider }) => provider)).to.include.members([
      'whatsapp',
      'messenger',
      'instagram',
      'webchat',
    ])
    expect(drivers.map(({ provider }) => provider)).to.not.include('local-files')
  })
})
