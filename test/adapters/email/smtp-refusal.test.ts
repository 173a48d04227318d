import { expect } from 'chai'
import { type Progress, type SmtpError, smtpRefusal } from '../../../adapters/email/send/smtp-refusal.ts'

const THROTTLE_MS = 60_000

function refused(error: Partial<SmtpError>, progress: Progress = 'before-data') {
  return smtpRefusal({ message: 'x', ...error }, progress, { throttleMs: THROTTLE_MS })
}

const CASES: readonly (readonly [title: string, error: Partial<SmtpError>, wanted: string])[] = [
  ['a server that is busy', { responseCode: 451, response: '451 4.3.0 Try again' }, 'retryable'],
  ['a full disk', { responseCode: 452, response: '452 4.3.1 Insufficient storage' }, 'retryable'],
  ['a server that closes', { responseCode: 421, response: '421 4.7.0 Too many connections' }, 'throttled'],
  ['greylisting', { responseCode: 450, response: '450 4.7.1 Greylisted, come back' }, 'throttled'],
  ["Gmail's used-up day", { responseCode: 550, response: '550 5.4.5 Daily user sending limit exceeded' }, 'throttled'],
  ['an unknown recipient', { responseCode: 550, response: '550 5.1.1 unknown', command: 'RCPT TO' }, 'recipient'],
  ['a full mailbox after the mail', { responseCode: 552, response: '552 5.2.2 full', command: 'DATA' }, 'recipient'],
  [
    'a mail that is called spam',
    { responseCode: 554, response: '554 5.7.1 rejected as spam', command: 'DATA' },
    'content',
  ],
  ['a mail that is too large', { responseCode: 552, response: '552 5.3.4 too big', command: 'DATA' }, 'content'],
  ['a wrong password', { code: 'EAUTH', responseCode: 535, response: '535 5.7.8 no' }, 'auth'],
  ['a login that is needed', { responseCode: 530, response: '530 5.7.0 Authentication Required' }, 'auth'],
  [
    'a login server that is away',
    { code: 'EAUTH', responseCode: 454, response: '454 4.7.0 Temporary failure' },
    'retryable',
  ],
  ['a server that cannot be reached', { code: 'ECONNECTION' }, 'retryable'],
]

describe('an SMTP refusal', () => {
  for (const [title, error, wanted] of CASES)
    it(`calls ${title} ${wanted}`, () => {
      expect(refused(error)).to.include({ ok: false, failure: wanted })
    })

  it('says when to come back from a throttle', () => {
    expect(refused({ responseCode: 421, response: '421 4.7.0 slow down' }).retryAfterMs).to.equal(THROTTLE_MS)
  })

  it('is unknown only once the whole mail was handed over: a server that has half of it did not take it', () => {
    expect(refused({ code: 'ESOCKET' }, 'ended').failure).to.equal('unknown')
    expect(refused({ code: 'ESOCKET' }, 'writing').failure).to.equal('retryable')
  })
})
