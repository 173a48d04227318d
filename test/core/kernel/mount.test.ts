import { expect } from 'chai'
import { map, type Observable, of } from 'rxjs'
import { type MountTargets, mountContributions } from '../../../core/kernel/mount.ts'
import { PluginRecord } from '../../../core/kernel/record.ts'
import { Supervisor } from '../../../core/kernel/supervise.ts'
import type { EventStream, StreamDelivery } from '../../../core/plugin/handler.ts'
import type { Contributions } from '../../../core/plugin/plugin.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'

function setUp(contributions: Contributions) {
  const settings = { failures: 2, rejections: 2, windowMs: 1000, openMs: 1000 }
  const supervisor = new Supervisor({ clock: new TestClock(), log: silentLogger, settings })
  const streams: EventStream[] = []
  const order: string[] = []
  const targets: MountTargets = {
    http: { mount: () => order.push('http') },
    engine: { subscribe: () => order.push('handler'), stream: (_, stream) => streams.push(stream) },
    jobs: { add: () => order.push('jobs') },
    receivers: new Map(),
    personalData: new Map(),
  }
  const record = new PluginRecord({ id: 'inbox', use: 'inbox' })
  record.contributions = contributions
  mountContributions(record, targets, supervisor)
  return { supervisor, streams, order, targets }
}

describe('mounting', () => {
  it('runs the operators of a stream as the plugin’s, whoever emits', async () => {
    const owners: string[] = []
    const { supervisor, streams } = setUp({
      streams: [
        {
          id: 'replies',
          on: [],
          pipe: (source: Observable<StreamDelivery>) => source.pipe(map(() => owners.push(supervisor.owner()))),
        },
      ],
    })
    streams[0]?.pipe(of({} as StreamDelivery)).subscribe()
    expect(owners).to.deep.equal(['inbox'])
    expect(supervisor.owner()).to.equal('parley')
  })

  it('asks HTTP first, as it is the one that can refuse', () => {
    const handler = { id: 'store', on: [], handle: async () => {} }
    expect(setUp({ handlers: [handler] }).order).to.deep.equal(['http', 'handler', 'jobs'])
  })

  it('runs a webhook receiver as the plugin’s, with itself as `this`', () => {
    const receiver = {
      secrets: ['appSecret'],
      expected: 'yes',
      verify() {
        return this.expected === 'yes' && targets.supervisor.owner() === 'whatsapp-like'
      },
      parse: () => ({ ok: true, items: [], unknown: 0 }) as const,
    }
    const targets = setUp({ webhook: receiver })
    const mounted = targets.targets.receivers.get('inbox')
    const request = { method: 'POST', body: Buffer.alloc(0), headers: {}, query: {}, url: '' } as const
    expect(mounted?.secrets).to.deep.equal(['appSecret'])
    expect(mounted?.verify(request, {})).to.equal(false)
    expect(targets.supervisor.enter('whatsapp-like', () => receiver.verify())).to.equal(true)
  })
})
