import type { Connection } from '@parley/core'
import { expect } from 'chai'
import { patchOf } from '../../../adapters/meta/platform/tokens/job.ts'
import { openInstagram, type Shop, TOKEN } from '../meta/platform/shop.ts'

const DAY = 86_400_000
const PAGE = '660000000000009'
const signal = () => AbortSignal.timeout(5_000)

describe("Instagram's tokens", () => {
  let shop: Shop
  afterEach(() => shop.close())

  /** The connection a day's job leaves behind. */
  async function nextDay(connection: Connection): Promise<Connection> {
    const patch = patchOf(connection, await shop.lookAfter(connection, signal())) ?? {}
    const { secrets, settings, health, healthDetail } = patch
    return {
      ...connection,
      secrets: { ...connection.secrets, ...secrets },
      settings: { ...connection.settings, ...settings },
      health: health ?? connection.health,
      ...(healthDetail === undefined ? {} : { healthDetail }),
    }
  }

  describe('of Instagram Login', () => {
    beforeEach(async () => {
      shop = await openInstagram()
      const now = shop.clock.millis()
      const [account] = shop.simulator.state.accounts.values()
      if (account !== undefined)
        shop.simulator.addAccount({ ...account, tokenIssuedAt: now - 2 * DAY, tokenExpiresAt: now + 58 * DAY })
    })

    it('are renewed at once when nobody knows their end, then only as it comes near', async () => {
      const first = await nextDay(shop.connection)
      expect(first.secrets.accessToken).to.not.equal(TOKEN)
      expect(Date.parse(String(first.settings.tokenExpiresAt))).to.equal(shop.clock.millis() + 60 * DAY)
      shop.clock.advance(49 * DAY)
      expect((await nextDay(first)).secrets).to.deep.equal(first.secrets)
      shop.clock.advance(2 * DAY)
      const renewed = await nextDay(first)
      expect(renewed.secrets).to.not.deep.equal(first.secrets)
      expect((await shop.channel.test(renewed, signal())).ok).to.equal(true)
    })

    it('show as ending when they cannot be renewed, and work meanwhile', async () => {
      const settings = { tokenExpiresAt: new Date(shop.clock.millis() + 5 * DAY).toISOString() }
      shop.simulator.faults.add({ kind: 'fail', code: 2, times: 1 })
      const ending = await nextDay({ ...shop.connection, settings })
      expect(ending.health).to.equal('degraded')
      expect(ending.healthDetail).to.contain('ends on').and.not.contain(TOKEN)
      expect((await nextDay(ending)).health).to.equal('ok')
    })

    it('stop sending once they ended, which nothing but a new login mends', async () => {
      const [account] = shop.simulator.state.accounts.values()
      if (account !== undefined) shop.simulator.addAccount({ ...account, tokenExpiresAt: shop.clock.millis() - 1 })
      const dead = await nextDay(shop.connection)
      expect(dead.health).to.equal('auth-failed')
      expect(dead.healthDetail).to.contain('190').and.not.contain(TOKEN)
    })

    it('are left as they are while Meta cannot be asked', async () => {
      shop.simulator.faults.add({ kind: 'drop', times: 1 })
      expect(await shop.lookAfter(shop.connection, signal())).to.deep.equal({ state: 'unclear' })
    })
  })

  describe('of the linked page', () => {
    const settings = { login: 'facebook', pageId: PAGE }

    it('are tested daily, and made anew with the person’s token when they died', async () => {
      const account = { login: 'facebook', pageId: PAGE, userToken: 'EAAofThePerson' } as const
      shop = await openInstagram({ account, connection: { settings } })
      expect(await shop.lookAfter(shop.connection, signal())).to.deep.equal({ state: 'good' })
      const lost = { ...shop.connection, secrets: { accessToken: 'EAAdead' } }
      expect((await nextDay(lost)).health).to.equal('auth-failed')
      const mended = await nextDay({ ...lost, secrets: { ...lost.secrets, userToken: 'EAAofThePerson' } })
      expect(mended.health).to.equal('ok')
      expect((await shop.channel.test(mended, signal())).ok).to.equal(true)
    })

    it('are not called dead because Meta is down', async () => {
      shop = await openInstagram({ account: { login: 'facebook', pageId: PAGE }, connection: { settings } })
      shop.simulator.faults.add({ kind: 'drop' })
      expect(await shop.lookAfter(shop.connection, signal())).to.deep.equal({ state: 'unclear' })
    })

    it('show as good again when somebody mended them', async () => {
      shop = await openInstagram({ account: { login: 'facebook', pageId: PAGE }, connection: { settings } })
      expect((await nextDay({ ...shop.connection, health: 'auth-failed', healthDetail: 'dead' })).health).to.equal('ok')
    })
  })
})
