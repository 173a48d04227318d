import { expect } from 'chai'
import { escapeHtml } from '../../../core/text/escape-html.ts'

describe('escaping text for HTML', () => {
  it('leaves no sign that could end an element or a quoted attribute', () => {
    expect(escapeHtml(`<a href="x" title='y'>&amp;`)).to.equal(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;',
    )
  })

  it('leaves every other sign as it is', () => {
    expect(escapeHtml('Grüße, 你好 👋')).to.equal('Grüße, 你好 👋')
  })
})
