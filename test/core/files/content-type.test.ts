import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { contentTypeOf, typeAllowed } from '../../../core/files/content-type.ts'
import { deliveryOf } from '../../../core/files/delivery.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex')

describe('core/files/content-type', () => {
  it('finds the type that content shows itself, in memory and in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-type-'))
    const cases: readonly (readonly [Buffer, string | undefined])[] = [
      [PNG, 'image/png'],
      [Buffer.from('%PDF-1.7'), 'application/pdf'],
      [Buffer.from('Grüße, 世界\n'), 'text/plain'],
      [Buffer.from('  <html><script>'), undefined],
      [Buffer.from([0x4d, 0x5a, 0, 1, 2, 3]), 'application/x-msdownload'],
      [Buffer.from([1, 2, 3, 4]), undefined],
      [Buffer.alloc(0), undefined],
    ]
    for (const [index, [content, type]] of cases.entries()) {
      const path = join(folder, `${index}`)
      await writeFile(path, content)
      expect(await contentTypeOf(content), `${index}`).to.equal(type)
      expect(await contentTypeOf(path), `${index}`).to.equal(type)
    }
    await rm(folder, { recursive: true })
  })

  it('takes a long text whose head ends within a character', async () => {
    expect(await contentTypeOf(Buffer.from(`a${'ü'.repeat(40_000)}`))).to.equal('text/plain')
  })

  it('allows types and families, whatever their parameters', () => {
    expect(typeAllowed('IMAGE/PNG; x=1', ['image/*'])).to.equal(true)
    expect(typeAllowed('text/plain; charset=utf-8', ['text/plain'])).to.equal(true)
    expect(typeAllowed('imagex/png', ['image/*'])).to.equal(false)
    expect(typeAllowed('image/svg+xml', ['image/png'])).to.equal(false)
  })

  it('shows in a browser only what cannot run there', () => {
    expect(deliveryOf('text/plain', 'a.txt')).to.deep.equal({
      ...{ contentType: 'text/plain; charset=utf-8', disposition: "inline; filename*=UTF-8''a.txt" },
    })
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', ''])
      expect(deliveryOf(type, 'a"b\r\n').disposition, type).to.equal("attachment; filename*=UTF-8''a%22b%0D%0A")
  })
})
