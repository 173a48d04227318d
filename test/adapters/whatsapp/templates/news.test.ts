import { expect } from 'chai'
import { templateNews } from '../../../../adapters/whatsapp/templates/news.ts'

const about = { message_template_id: 1, message_template_name: 'hello', message_template_language: 'en' }
const named = { name: 'hello', language: 'en' }

describe("news about WhatsApp's templates", () => {
  const read = (change: string, detail: object) => templateNews({ change, detail: { ...about, ...detail } })

  it('reads states with their reasons', () => {
    const status = (detail: object) => read('template-status', detail)
    expect(status({ event: 'APPROVED', reason: 'NONE' })).to.deep.equal({ ...named, status: 'approved' })
    expect(status({ event: 'REJECTED', reason: 'ABUSIVE_CONTENT' })).to.include({ reason: 'ABUSIVE_CONTENT' })
    const format = { event: 'REJECTED', reason: 'INVALID_FORMAT', rejection_info: { reason: 'Two variables meet.' } }
    expect(status(format)).to.include({ status: 'rejected', reason: 'INVALID_FORMAT: Two variables meet.' })
    const pause = { event: 'PAUSED', reason: 'NONE', other_info: { title: 'FIRST_PAUSE', description: 'For 3 hours.' } }
    expect(status(pause)).to.deep.equal({ ...named, status: 'paused', reason: 'For 3 hours.' })
  })

  it('leaves the state to the list where an event is no state', () => {
    for (const event of ['FLAGGED', 'REINSTATED', 'LOCKED', 'SOMETHING_OF_NEXT_YEAR'])
      expect(read('template-status', { event })).to.deep.equal(named)
  })

  it('reads quality and category', () => {
    expect(read('template-quality', { new_quality_score: 'YELLOW' })).to.deep.equal({ ...named, quality: 'yellow' })
    expect(read('template-category', { new_category: 'MARKETING' })).to.deep.equal({ ...named, category: 'marketing' })
    expect(read('template-category', { correct_category: 'MARKETING' })).to.deep.equal(named)
    expect(read('template-components', {})).to.deep.equal(named)
  })

  it('knows no template without a name', () => {
    expect(templateNews({ change: 'template-status', detail: { event: 'APPROVED' } })).to.equal(undefined)
  })
})
