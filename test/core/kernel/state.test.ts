import { expect } from 'chai'
import { isDown, move, PLUGIN_STATES } from '../../../core/kernel/state.ts'

describe('the states of a plugin', () => {
  it('lead from discovered to stopped', () => {
    const path = [
      'discovered',
      'loaded',
      'registered',
      'mounted',
      'starting',
      'started',
      'stopping',
      'stopped',
    ] as const
    for (const [i, state] of path.entries()) {
      const next = path[i + 1]
      if (next !== undefined) expect(move('x', state, next)).to.equal(next)
    }
  })

  it('refuse an illegal move, naming both states and what would be legal', () => {
    expect(() => move('inbox', 'stopped', 'started')).to.throw('plugin inbox cannot go from stopped to started')
    expect(() => move('inbox', 'started', 'failed')).to.throw('from started it can go to stopping')
  })

  it('have no way back from failed, blocked and quarantined', () => {
    for (const from of PLUGIN_STATES.filter(isDown)) {
      for (const to of PLUGIN_STATES) expect(() => move('x', from, to)).to.throw('cannot go')
    }
  })
})
