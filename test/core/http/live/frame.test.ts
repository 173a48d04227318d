import { expect } from 'chai'
import fc from 'fast-check'
import { judgeFrame } from '../../../../core/http/live/frame.ts'

const judge = (frame: unknown) => judgeFrame(JSON.stringify(frame), 2)

describe('core/http/live/frame', () => {
  it('passes what the client of nes sends', () => {
    const auth = { headers: { authorization: 'Bearer x' } }
    const frames = [
      { type: 'ping', id: 1 },
      { type: 'hello', id: 1, version: '2' },
      { type: 'hello', id: 1, version: '2', auth, subs: ['/live/a', '/live/b'] },
      { type: 'sub', id: 3, path: '/live/a' },
      { type: 'unsub', id: 4, path: '/live/a' },
    ]
    for (const frame of frames) expect(judge(frame), JSON.stringify(frame)).to.deep.equal({ do: 'pass' })
  })

  it('closes on whatever nes would read without looking', () => {
    const hello = { type: 'hello', id: 1, version: '2' }
    const frames = [
      null,
      [],
      'text',
      {},
      { type: 'sub', path: '/live/a' },
      { type: 'sub', id: 1 },
      { type: 'sub', id: 1, path: 7 },
      { type: 'sub', id: 1, path: 'live' },
      { ...hello, subs: 7 },
      { ...hello, subs: [7] },
      { ...hello, subs: ['/a', '/b', '/c'] },
      { ...hello, auth: 'Bearer x' },
      { ...hello, auth: {} },
      { ...hello, auth: { headers: { authorization: 7 } } },
    ]
    for (const frame of frames) expect(judge(frame).do, JSON.stringify(frame)).to.equal('close')
    expect(judgeFrame('{"type":', 2).do).to.equal('close')
  })

  it('answers requests, messages and a change of credential with an error instead of doing them', () => {
    expect(judge({ type: 'reauth', id: 1, auth: { headers: {} } }).do).to.equal('answer')
    expect(judge({ type: 'request', id: 1, method: 'GET', path: '/healthz' })).to.include({ do: 'answer', id: 1 })
    expect(judge({ type: 'message', id: 1, message: 'x' }).do).to.equal('answer')
  })

  it('has a verdict on any text at all', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof judgeFrame(text, 2).do === 'string'))
  })
})
