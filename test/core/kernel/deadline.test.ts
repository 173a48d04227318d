import { expect } from 'chai'
import { withDeadline } from '../../../core/kernel/deadline.ts'

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('expected a rejection')
}

describe('a deadline', () => {
  it('hands over what the work returned', async () => {
    expect(await withDeadline('start', 1000, () => 7)).to.equal(7)
  })

  it('ends work that ignores its signal, naming it and the time', async () => {
    const error = await failure(withDeadline('start', 10, () => new Promise(() => {})))
    expect(error.message).to.equal('start did not finish within 10 ms')
  })

  it('aborts the signal, so that work that listens can give up', async () => {
    const seen = await new Promise((resolve) => {
      withDeadline(
        'start',
        10,
        (signal) => new Promise(() => signal.addEventListener('abort', () => resolve(signal.reason))),
      ).catch(() => {})
    })
    expect(seen).to.be.instanceOf(Error)
  })

  it('passes a synchronous throw on', async () => {
    const error = await failure(
      withDeadline('start', 1000, () => {
        throw new Error('no')
      }),
    )
    expect(error.message).to.equal('no')
  })
})
