import type { ChannelTemplate } from '@parley/core'
import { expect } from 'chai'
import { changeOf, planSync, type StoredCopy } from '../../../../plugins/templates/sync/plan.ts'

const now = new Date('2026-08-03T10:00:00.000Z')
const listed: ChannelTemplate = {
  ...{ externalId: '1', name: 'a', language: 'en', category: 'utility', status: 'approved' },
  components: [{ type: 'BODY', text: 'x' }],
}
const stored: StoredCopy = {
  ...{ id: 'i', name: 'a', language: 'en', category: 'utility', external_id: '1', state: 'approved' },
  ...{ components: [{ text: 'x', type: 'BODY' }], reason: null, quality: null, vanished_at: null },
}

describe('planning a sync', () => {
  it('finds nothing to do when both are the same, whatever the order of keys', () => {
    expect(planSync([stored], [listed, listed], now)).to.deep.equal({ added: [], changed: [] })
  })

  it('tells languages apart', () => {
    const german = { ...listed, language: 'de' }
    expect(planSync([stored], [german, listed], now).added).to.deep.equal([german])
  })

  it('marks what is gone once, and takes the mark away when it returns', () => {
    const { changed } = planSync([stored], [], now)
    expect(changed).to.deep.equal([{ copy: stored, patch: { vanished_at: now }, changes: ['vanished'] }])
    const gone = { ...stored, vanished_at: new Date(0) }
    expect(planSync([gone], [], now).changed).to.deep.equal([])
    expect(planSync([gone], [listed], now).changed[0]).to.deep.include({ changes: ['returned'] })
  })

  it('names each thing that changed', () => {
    const other = { ...listed, status: 'paused', category: 'marketing', quality: 'red', components: [] }
    expect(planSync([stored], [other], now).changed[0]?.changes).to.deep.equal([
      'approval',
      'quality',
      'category',
      'components',
    ])
  })

  it('keeps the longer reason of the same state, and drops that of another', () => {
    const rejected = { ...stored, state: 'rejected', reason: 'INVALID_FORMAT: Two variables meet.' }
    const again = (more: object) => planSync([rejected], [{ ...listed, status: 'rejected', ...more }], now).changed
    expect(again({ reason: 'INVALID_FORMAT' })).to.deep.equal([])
    expect(again({})).to.deep.equal([])
    expect(again({ reason: 'SCAM' })[0]?.patch).to.deep.equal({ reason: 'SCAM' })
    expect(again({ status: 'approved' })[0]?.patch).to.deep.equal({ state: 'approved', reason: null })
  })

  it('takes a patch that changes nothing for no change', () => {
    expect(changeOf(stored, { state: 'approved' })).to.equal(undefined)
  })
})
