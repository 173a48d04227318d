import { expect } from 'chai'
import Joi from 'joi'
import type { UploadedFile } from '../../../../core/plugin/route.ts'
import { as, baseUrl, type Rig, rig, route } from '../kit.ts'

describe('core/http/request/multipart', () => {
  let up: Rig | undefined
  let seen: { files: UploadedFile[]; caption?: string; tag?: string | string[]; width?: number } | undefined

  /** hapi's timer for the body outlives a form that breaks off, and this process would wait for it. */
  const quick = { settings: { uploadTimeoutMs: 2_000 } }

  const upload = (body: object = {}) =>
    route({
      method: 'POST',
      body: { multipart: true, ...body },
      payload: Joi.object({
        files: Joi.array().items(Joi.any()).required(),
        caption: Joi.string(),
        tag: Joi.array().items(Joi.string()).single(),
        width: Joi.number(),
      }),
      handle: async ({ payload }) => {
        seen = payload as typeof seen
        return { status: 200, body: {} }
      },
    })

  const post = async (form: FormData, body?: object) => {
    up = await rig([upload(body)], quick)
    await up.http.start()
    return fetch(`${baseUrl(up)}/api/things`, { method: 'POST', body: form, headers: as('acme') })
  }

  afterEach(async () => {
    await up?.http.stop()
    up = undefined
    seen = undefined
  })

  it('hands over files with the very bytes that were sent, and the texts beside them', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
    const form = new FormData()
    form.append('caption', 'Grüße')
    form.append('tag', 'a')
    form.append('tag', 'b')
    form.append('width', '20')
    form.append('photo', new Blob([bytes], { type: 'image/png' }), 'päckchen.png')
    form.append('data', new Blob(['{ "a" : 1 }'], { type: 'application/json' }), 'a.json')
    form.append('note', new Blob([Buffer.from('gr\xfc\xdfe', 'latin1')], { type: 'text/plain' }), 'note.txt')
    form.append('none', new Blob([]), 'empty.bin')
    expect((await post(form)).status).to.equal(200)
    expect(seen).to.deep.include({ caption: 'Grüße', tag: ['a', 'b'], width: 20 })
    const [photo, data, note, none] = seen?.files ?? []
    expect(photo).to.include({ field: 'photo', fileName: 'päckchen.png', contentType: 'image/png' })
    expect(photo?.content.equals(bytes)).to.equal(true)
    expect(data?.content.toString()).to.equal('{ "a" : 1 }')
    expect(note?.content.toString('latin1')).to.equal('gr\xfc\xdfe')
    expect(none?.content.length).to.equal(0)
  })

  it('refuses more files than the route takes', async () => {
    const form = new FormData()
    for (const name of ['1', '2', '3']) form.append('file', new Blob([name]), name)
    const answer = await post(form, { maxFiles: 2 })
    expect(answer.status).to.equal(413)
    expect(await answer.json()).to.include({ code: 'payload.too-many-files' })
    expect(seen).to.equal(undefined)
  })

  it('refuses more bytes than the route takes, announced or not', async () => {
    const form = new FormData()
    form.append('file', new Blob(['x'.repeat(2000)]), 'big')
    const announced = await post(form, { maxBytes: 1000 })
    expect(announced.status).to.equal(413)
    const packed = new Response(form)
    const chunked = await fetch(`${baseUrl(up as Rig)}/api/things`, {
      method: 'POST',
      body: packed.body,
      duplex: 'half',
      headers: as('acme', { 'content-type': packed.headers.get('content-type') ?? '' }),
    } as RequestInit)
    expect(chunked.status).to.equal(413)
    expect(((await chunked.json()) as { code: string }).code).to.equal('payload.too-large')
  })

  it('answers 400 to a form that breaks off, and 415 to anything that is no form', async () => {
    up = await rig([upload(), route({ method: 'PUT', id: 'putThing' })], quick)
    const send = (type: string, payload: string, method = 'POST') =>
      (up as Rig).http.inject({ method, url: '/api/things', payload, headers: as('acme', { 'content-type': type }) })
    const broken = await send('multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="a"')
    expect(broken.statusCode).to.equal(400)
    expect((await send('application/json', '{}')).statusCode).to.equal(415)
    expect((await send('multipart/form-data; boundary=b', '--b--\r\n', 'PUT')).statusCode).to.equal(415)
  })
})
