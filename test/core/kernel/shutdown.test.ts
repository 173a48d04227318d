import { expect } from 'chai'
import { Shutdown } from '../../../core/kernel/shutdown.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'

function shutdownOf(stop: () => Promise<void>, graceMs = 1000): { shutdown: Shutdown; exits: number[] } {
  const exits: number[] = []
  return { shutdown: new Shutdown({ log: silentLogger, graceMs, stop, exit: (code) => exits.push(code) }), exits }
}

describe('Shutdown', () => {
  it('stops once and exits with the given code, however often one Ctrl-C arrives', async () => {
    const stops: number[] = []
    const gate = Promise.withResolvers<void>()
    const { shutdown, exits } = shutdownOf(async () => {
      stops.push(1)
      await gate.promise
    })
    const first = shutdown.run(0, 'SIGINT')
    await shutdown.run(0, 'SIGINT')
    await shutdown.run(0, 'SIGTERM')
    expect(exits).to.deep.equal([])
    gate.resolve()
    await first
    expect(stops).to.have.length(1)
    expect(exits).to.deep.equal([0])
  })

  it('exits with 1 when stopping fails', async () => {
    const { shutdown, exits } = shutdownOf(() => Promise.reject(new Error('the pool will not end')))
    await shutdown.run(0, 'SIGTERM')
    expect(exits).to.deep.equal([1])
  })

  it('exits with 1 when stopping takes longer than its grace', async () => {
    const exited = Promise.withResolvers<number>()
    const never = new Promise<void>(() => {})
    const shutdown = new Shutdown({ log: silentLogger, graceMs: 5, stop: () => never, exit: exited.resolve })
    void shutdown.run(0, 'SIGTERM')
    expect(await exited.promise).to.equal(1)
  })
})
