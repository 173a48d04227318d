import { expect } from 'chai'
import sharp from 'sharp'
import { imagesSettings } from '../../../adapters/images/settings.ts'
import { SharpImages } from '../../../adapters/images/sharp-images.ts'

const images = new SharpImages(imagesSettings.validate({ maxPixels: 1_000_000 }).value)
const drawing = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'teal' } })

describe('the image processor', () => {
  it('fits a picture into a square, as WebP, and never enlarges it', async () => {
    const large = await images.thumbnail(await drawing(800, 400).jpeg().toBuffer(), 320)
    expect(large.ok && { ...large.thumbnail, content: undefined }).to.deep.equal({
      ...{ content: undefined, mimeType: 'image/webp', width: 320, height: 160 },
    })
    const small = await images.thumbnail(await drawing(8, 4).png().toBuffer(), 320)
    expect(small.ok && small.thumbnail.width).to.equal(8)
  })

  it('turns it upright and leaves out where it was taken', async () => {
    const exif = { IFD0: { Copyright: 'Ann' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } }
    const photo = await drawing(400, 200).jpeg().withExif(exif).withMetadata({ orientation: 6, exif }).toBuffer()
    const made = await images.thumbnail(photo, 100)
    expect(made.ok && [made.thumbnail.width, made.thumbnail.height]).to.deep.equal([50, 100])
    const facts = made.ok ? await sharp(made.thumbnail.content).metadata() : undefined
    expect(facts).to.include({ format: 'webp' }).and.not.have.property('exif')
  })

  it('refuses what is no image, what only claims to be one, and what would be huge once decoded', async () => {
    const half = (await drawing(400, 400).png().toBuffer()).subarray(0, 60)
    for (const content of [Buffer.from('hello'), Buffer.from('<svg width="9" height="9"/>'), half, Buffer.alloc(0)])
      expect(await images.thumbnail(content, 64)).to.include({ ok: false, reason: 'not-an-image' })
    const bomb = await drawing(1001, 1000).png().toBuffer()
    expect(await images.thumbnail(bomb, 64)).to.include({ ok: false, reason: 'too-large' })
  })
})
