import { expect } from 'chai'
import { ParleyError } from '../../../core/plugin/errors.ts'
import { createLogger } from '../../../core/telemetry/logger.ts'

function recording() {
  const lines: Record<string, unknown>[] = []
  const log = createLogger('info', { write: (line: string) => lines.push(JSON.parse(line)) })
  return { log, lines }
}

describe('the logger', () => {
  it('writes JSON lines with an ISO time, a level by name, and the fields of its children', () => {
    const { log, lines } = recording()
    log.child({ plugin: 'inbox' }).info({ tenantId: 't1', correlationId: 'c1' }, 'stored')
    log.debug({}, 'not shown')
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include({ level: 'info', service: 'parley', plugin: 'inbox', tenantId: 't1', msg: 'stored' })
    expect(new Date(String(lines[0]?.time)).toISOString()).to.equal(lines[0]?.time)
  })

  it('never shows a secret, at any depth, in a child’s fields or under an error', () => {
    const { log, lines } = recording()
    const error = Object.assign(new ParleyError('x.y', 'refused'), {
      request: { headers: { authorization: 'Bearer s3cret' } },
    })
    log.child({ connection: { accessToken: 's3cret' } }).error({ error, a: { b: { appSecret: 's3cret' } } }, 'failed')
    expect(JSON.stringify(lines)).not.to.include('s3cret')
  })

  it('keeps code, stack and causes of an error', () => {
    const { log, lines } = recording()
    log.error({ error: new ParleyError('x.y', 'outer', { cause: new Error('inner') }) }, 'failed')
    const { error } = lines[0] as { error: { code: string; stack: string; cause: { message: string } } }
    expect(error).to.include({ code: 'x.y', message: 'outer' })
    expect(error.stack).to.include('logger.test.ts')
    expect(error.cause.message).to.equal('inner')
  })
})
