import { expect } from 'chai'
import { sign, signatureMatches } from '../../../../adapters/twilio/receive/signature.ts'

/** Published by Twilio: `spec/validation.spec.js` of twilio-node, and "Validating requests" in its documents. */
const TOKEN = '12345'
const URL_ = 'https://mycompany.com/myapp.php?foo=1&bar=2'
const CALL = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
}
const JSON_BODY = '{"property": "value", "boolean": true}'
const JSON_URL = `${URL_}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`

const form = (pairs: Readonly<Record<string, string>> | readonly (readonly [string, string])[]) =>
  Buffer.from(new URLSearchParams(pairs as [string, string][]).toString())

function matches(
  signature: string | undefined,
  url = URL_,
  body = form(CALL),
  options: { json?: boolean; token?: string } = {},
) {
  const { json = false, token = TOKEN } = options
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded; charset=UTF-8'
  const headers = { 'content-type': type, ...(signature === undefined ? {} : { 'x-twilio-signature': signature }) }
  return signatureMatches({ method: 'POST', body, headers, query: {}, url }, token)
}

describe("Twilio's signature", () => {
  for (const [what, signature, url, body] of [
    ['the documented form', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', URL_, form(CALL)],
    ['a port that Twilio left out', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', URL_.replace('.com', '.com:1234'), form(CALL)],
    [
      'http with its port',
      'Zmvh+3yNM1Phv2jhDCwEM3q5ebU=',
      URL_.replace('https', 'http').replace('.com', '.com:1234'),
      form(CALL),
    ],
    ['https, signed with port 443', 'kvajT1Ptam85bY51eRf/AJRuM3w=', URL_, form(CALL)],
    ['http, signed with port 80', '0ZXoZLH/DfblKGATFgpif+LLRf4=', URL_.replace('https', 'http'), form(CALL)],
    ['credentials in the address', 'CukzLTc1tT5dXEDIHm/tKBanW10=', URL_.replace('://', '://user:pass@'), form(CALL)],
    ['signs in the query', 'dsq4Ehbj6cs+KdTkpF5sSSplOWw=', `${URL_}&Body=It's+amazing`, form(CALL)],
    [
      'a name with two values',
      '83O6e2vORAoJHUNzJjDWN1jz+BA=',
      URL_,
      form([
        ['MessagingBinding.Address', '+1325xxxxxxx'],
        ['MessagingBinding.Address', '+1415xxxxxxx'],
      ]),
    ],
    [
      'the same, in another order',
      '83O6e2vORAoJHUNzJjDWN1jz+BA=',
      URL_,
      form([
        ['MessagingBinding.Address', '+1415xxxxxxx'],
        ['MessagingBinding.Address', '+1325xxxxxxx'],
      ]),
    ],
    [
      'values that come twice',
      'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
      URL_,
      form([
        ['Sid', 'CA123'],
        ['SidAccount', 'AC123'],
        ['Digits', '5678'],
        ['Digits', '1234'],
        ['Digits', '1234'],
      ]),
    ],
  ] as const)
    it(`is known by Twilio's own example: ${what}`, () => {
      expect(matches(signature, url, body)).to.equal(true)
      expect(oneBitOff(signature).filter((wrong) => matches(wrong, url, body))).to.deep.equal([])
    })

  it('of a JSON body vouches for its digest in the address, and that for the body', () => {
    const json = { json: true }
    expect(matches('a9nBmqA0ju/hNViExpshrM61xv4=', JSON_URL, Buffer.from(JSON_BODY), json)).to.equal(true)
    expect(matches('a9nBmqA0ju/hNViExpshrM61xv4=', JSON_URL, Buffer.from(`${JSON_BODY} `), json)).to.equal(false)
    expect(
      matches('a9nBmqA0ju/hNViExpshrM61xv4=', JSON_URL.replace('0a1f', '0a1e'), Buffer.from(JSON_BODY), json),
    ).to.equal(false)
    // Without a digest in the address nothing vouches for the body.
    expect(matches('RSOYDt4T1cUTdK1PDd93/VVr8B8=', URL_, Buffer.from(JSON_BODY), json)).to.equal(false)
  })

  it('changes with one bit of any value, of any name, and of the address', () => {
    const good = 'RSOYDt4T1cUTdK1PDd93/VVr8B8='
    const body = form(CALL)
    for (let at = 0; at < body.length; at += 1) {
      const changed = Buffer.from(body)
      changed[at] = (changed[at] ?? 0) ^ 1
      // Bytes that are written in another way and read the same are the same.
      if (new URLSearchParams(changed.toString()).toString() === body.toString()) continue
      expect(matches(good, URL_, changed), `byte ${at}`).to.equal(false)
    }
    expect(matches(good, URL_.replace('foo=1', 'foo=0'))).to.equal(false)
    expect(matches(good, URL_.replace('mycompany', 'yourcompany'))).to.equal(false)
  })

  it('is over values as they were sent: nothing is trimmed, and what nobody knows counts, too', () => {
    const body = form({ ...CALL, Body: '  two spaces \r\n', NewIn2027: 'yes', Empty: '' })
    const signature = sign(URL_, body, TOKEN)
    expect(matches(signature, URL_, body)).to.equal(true)
    expect(matches(signature, URL_, form({ ...CALL, Body: 'two spaces', NewIn2027: 'yes', Empty: '' }))).to.equal(false)
    expect(matches(signature, URL_, form({ ...CALL, Body: '  two spaces \r\n', NewIn2027: 'yes' }))).to.equal(false)
  })

  it('is never right without a token, or without a header', () => {
    expect(matches(sign(URL_, form(CALL), ''), URL_, form(CALL), { token: '' })).to.equal(false)
    for (const nothing of [undefined, '', ' ', 'undefined']) expect(matches(nothing)).to.equal(false)
  })

  it('is refused, and nothing thrown, for an address or a body that is none', () => {
    for (const url of ['', 'https://[', 'no address']) {
      expect(matches('RSOYDt4T1cUTdK1PDd93/VVr8B8=', url)).to.equal(false)
      expect(matches('RSOYDt4T1cUTdK1PDd93/VVr8B8=', url, Buffer.from('{}'), { json: true })).to.equal(false)
    }
    for (const body of ['', '%', '%%%=%', '__proto__=1&constructor=2', 'a='.repeat(50_000), 'a&'.repeat(100_000)])
      expect(matches('RSOYDt4T1cUTdK1PDd93/VVr8B8=', URL_, Buffer.from(body))).to.equal(false)
  })
})

/** Each signature that differs from the right one in one bit of its bytes. */
function oneBitOff(signature: string): readonly string[] {
  const bytes = Buffer.from(signature, 'base64')
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const wrong = Buffer.from(bytes)
    wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return wrong.toString('base64')
  })
}
