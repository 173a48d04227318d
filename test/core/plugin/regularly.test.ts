import { expect } from 'chai'
import { Regularly } from '../../../core/plugin/regularly.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'

describe('core/plugin/regularly', () => {
  it('comes round again, also after a turn that failed, until it is stopped', async () => {
    let turns = 0
    const third = Promise.withResolvers<void>()
    const warned: string[] = []
    const log = { ...silentLogger, warn: (_fields: object, message: string) => void warned.push(message) }
    const work = new Regularly('counting', { everyMs: 1, log }, async () => {
      turns += 1
      if (turns === 2) throw new Error('not today')
      if (turns === 3) third.resolve()
    })
    work.start()
    work.start()
    await third.promise
    await work.stop()
    const stopped = turns
    await new Promise((resolve) => setImmediate(resolve))
    expect(turns).to.equal(stopped)
    expect(warned).to.deep.equal(['counting failed this time'])
  })

  it('ends the turn that is under way, and says nothing of that', async () => {
    const begun = Promise.withResolvers<void>()
    const warned: string[] = []
    const log = { ...silentLogger, warn: (_fields: object, message: string) => void warned.push(message) }
    const work = new Regularly('waiting', { everyMs: 1, log }, async (signal) => {
      begun.resolve()
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    work.start()
    await begun.promise
    await work.stop()
    expect(warned).to.deep.equal([])
  })
})
