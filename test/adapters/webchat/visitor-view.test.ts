import type { MessageView } from '@parley/core'
import { expect } from 'chai'
import { visibleToVisitor, visitorView } from '../../../adapters/webchat/visitor-view.ts'

const base: MessageView = {
  id: '0195a1b0-0000-7000-8000-000000000001',
  seq: 3,
  revision: 7,
  direction: 'out',
  kind: 'text',
  text: 'Hello',
  content: { kind: 'text', text: 'Hello' },
  status: 'sent',
  createdAt: '2026-03-01T12:00:00.000Z',
}
const link = ({ objectKey }: { objectKey: string }) => `/api/webchat/files/signed-${objectKey}`

describe("a message in its visitor's eyes", () => {
  it('shows ours once it has left, and theirs always', () => {
    const shown = (status: MessageView['status'], direction: 'in' | 'out' = 'out') =>
      visibleToVisitor({ ...base, status, direction })
    for (const status of ['sending', 'unknown', 'sent', 'delivered', 'read'] as const)
      expect(shown(status)).to.equal(true)
    for (const status of ['queued', 'failed', 'cancelled'] as const) expect(shown(status)).to.equal(false)
    expect(shown('received', 'in')).to.equal(true)
  })

  it('names an agent, and nobody else', () => {
    const by = (kind: 'agent' | 'bot', name: string) => visitorView({ ...base, author: { kind, id: 'x', name } }, link)
    expect(by('agent', 'Anna')).to.include({ from: 'us', author: 'Anna' })
    expect(by('bot', 'rule 17')).to.not.have.property('author')
    expect(by('agent', '')).to.not.have.property('author')
  })

  it('carries nothing of the inside: no object key, no author id', () => {
    const view = visitorView(
      {
        ...base,
        kind: 'image',
        content: { kind: 'image', media: { objectKey: 'tenant/secret-key', mimeType: 'image/png', fileName: 'a.png' } },
        author: { kind: 'agent', id: 'internal-id', name: 'Anna' },
      },
      () => '/api/webchat/files/token',
    )
    expect(JSON.stringify(view)).to.not.match(/secret-key|internal-id/)
    expect(view.media).to.deep.equal({ url: '/api/webchat/files/token', mimeType: 'image/png', fileName: 'a.png' })
  })

  it('shows a file by a link, ours signed and a foreign one as it is', () => {
    const of = (media: object) =>
      visitorView({ ...base, kind: 'document', content: { kind: 'document', media } as MessageView['content'] }, link)
        .media
    expect(of({ objectKey: 'k', mimeType: 'application/pdf' })).to.deep.equal({
      url: '/api/webchat/files/signed-k',
      mimeType: 'application/pdf',
      fileName: 'document',
    })
    expect(of({ link: 'https://a.example/x.pdf' })?.url).to.equal('https://a.example/x.pdf')
    expect(of({})).to.equal(undefined)
  })

  it('offers buttons, rows and links as choices', () => {
    const of = (content: object) =>
      visitorView({ ...base, kind: 'interactive', text: '', content: content as MessageView['content'] }, link)
    const buttons = [{ id: 'a', title: 'Yes' }]
    const rows = [{ id: 'r', title: 'Row', description: 'More' }]
    expect(of({ kind: 'interactive', text: 'Sure?', header: 'Rental', buttons })).to.deep.include({
      text: 'Sure?',
      header: 'Rental',
      buttons,
    })
    expect(
      of({ kind: 'interactive', text: 'Pick', list: { button: 'Open', sections: [{ rows }] } }).list,
    ).to.deep.equal(rows)
    const url = { title: 'Site', url: 'https://a.example' }
    expect(of({ kind: 'interactive', text: 'See', link: url }).link).to.deep.equal(url)
  })

  it('shows a place, and a kind it does not know by its words', () => {
    const place = { kind: 'location', latitude: 1, longitude: 2, name: 'Harbour' } as const
    expect(visitorView({ ...base, content: place }, link).place).to.deep.equal({
      latitude: 1,
      longitude: 2,
      name: 'Harbour',
    })
    const template = { kind: 'template', name: 'x', language: 'en' } as const
    expect(visitorView({ ...base, content: template, text: 'As sent' }, link).text).to.equal('As sent')
  })
})
