import { expect } from 'chai'
import { readSettings } from '../../../core/config/settings.ts'

describe('the settings from the environment', () => {
  it('have a default for everything', () => {
    const settings = readSettings({}, '/srv/parley')
    expect(settings).to.include({
      port: 3000,
      home: '/srv/parley/.parley',
      databaseUrl: undefined,
      migrateOnStart: false,
    })
    expect(settings.plugins).to.equal(undefined)
  })

  it('are read from their variables, and an empty variable counts as absent', () => {
    const settings = readSettings(
      {
        PORT: '0',
        PLUGINS: 'inbox,contacts',
        MIGRATE_ON_START: 'true',
        PUBLIC_URL: 'https://x.example/',
        LOG_LEVEL: '',
      },
      '/srv',
    )
    expect(settings).to.include({ port: 0, migrateOnStart: true, publicUrl: 'https://x.example', logLevel: 'info' })
    expect(settings.plugins).to.deep.equal(['inbox', 'contacts'])
  })

  it('stop the boot naming every variable that is wrong', () => {
    expect(() => readSettings({ PORT: 'http', SHUTDOWN_GRACE_MS: '-1', LOG_LEVEL: 'loud' }, '/srv')).to.throw(
      /"PORT" must be a number.*"LOG_LEVEL" must be one of.*"SHUTDOWN_GRACE_MS" must be greater than or equal to 0/,
    )
  })

  it('never repeat a value that was refused: it may hold a password', () => {
    expect(() => readSettings({ DATABASE_URL: 'mysql://root:hunter2@db' }, '/srv'))
      .to.throw('DATABASE_URL')
      .and.satisfies((error: Error) => !error.message.includes('hunter2'))
  })
})

describe("the rooms' settings from the environment", () => {
  it('are named after the room and the setting, and only what is set is there', () => {
    const { http, events, jobs } = readSettings(
      {
        HTTP_MAX_BODY_BYTES: '2048',
        HTTP_LIVE_MAX_SOCKETS: '7',
        HTTP_CORS_ORIGINS: 'https://a.example,https://b.example',
        EVENTS_READ_WINDOW: '50',
        JOBS_POLL_MS: '200',
      },
      '/srv',
    )
    expect(http).to.deep.include({
      maxBodyBytes: 2048,
      live: { maxSockets: 7 },
      corsOrigins: ['https://a.example', 'https://b.example'],
    })
    expect(events).to.deep.include({ read: { window: 50 } })
    expect(jobs).to.deep.equal({ pollMs: 200 })
  })

  it('are there for every room', () => {
    const { data, access, connections, egress } = readSettings(
      {
        DATABASE_URL: 'postgres://parley@db/parley',
        DATABASE_POOL: '20',
        DATABASE_EMBEDDED_WATCH_MS: '500',
        ACCESS_CACHE_MS: '100',
        CONNECTIONS_ROUTE_MS: '200',
        EGRESS_ALLOW: '10.1.0.0/16,fd00::/8',
      },
      '/srv',
    )
    expect(data).to.deep.equal({ pool: 20, embedded: { watchMs: 500 } })
    expect(access).to.deep.equal({ cacheMs: 100 })
    expect(connections).to.deep.equal({ routeMs: 200 })
    expect(egress).to.deep.equal({ allow: ['10.1.0.0/16', 'fd00::/8'] })
  })

  it('are refused by name', () => {
    const wrong = {
      HTTP_LIVE_MAX_SOCKETS: 'many',
      DATABASE_POOL: '0',
      ACCESS_CACHE_MS: '60000',
      EGRESS_ALLOW: 'everything',
    }
    for (const [name, value] of Object.entries(wrong)) {
      expect(() => readSettings({ [name]: value }, '/srv')).to.throw(`"${name}`)
    }
  })
})
