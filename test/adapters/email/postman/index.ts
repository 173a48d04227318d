import { setTimeout as sleep } from 'node:timers/promises'
import { channel, connections, definePlugin, defineRoute, ok, problem } from '@parley/core'
import Joi from 'joi'
import { mailboxStateOf } from '../../../../adapters/email/receive/mailbox-state.ts'

interface Letter {
  readonly to: string
  readonly folder: string
  /** base64 */
  readonly raw: string
}

const LOOK_EVERY_MS = 20
const MAX_LOOKS = 1_000

/**
 * Puts mails into the simulated mailboxes and answers once the channel has read past them: what a webhook's answer is to other
 * channels, for a suite that looks at the log right after.
 */
export default definePlugin({
  manifest: { permissions: [], settings: { app: Joi.object({ simulator: Joi.string().uri().required() }) } },
  deps: { channels: channel, connections },
  register({ channels, connections: stored }, { simulator }: { simulator: string }) {
    async function post(letters: readonly Letter[]): Promise<readonly number[]> {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${simulator}/_sim/deliver`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ mails: letters }),
      })
      return ((await answer.json()) as { uids: readonly number[] }).uids
    }
    async function readUpTo(tenantId: string, id: string, wanted: ReadonlyMap<string, number>): Promise<boolean> {
      for (let look = 0; look < MAX_LOOKS; look += 1) {
        const connection = (await stored.list(tenantId)).find((one) => one.id === id)
        const { cursors } = connection === undefined ? { cursors: {} } : mailboxStateOf(connection)
        if ([...wanted].every(([folder, uid]) => (cursors[folder]?.lastUid ?? -1) >= uid)) return true
        await sleep(LOOK_EVERY_MS)
      }
      return false
    }
    return {
      routes: [
        defineRoute<unknown, unknown, { tenantId: string; connectionId: string; letters: readonly Letter[] }>({
          method: 'POST',
          path: '/api/postman',
          id: 'postman',
          summary: 'Delivers mails and waits until they are read.',
          tags: ['test'],
          access: { public: 'a test kernel, for the length of a suite' },
          responses: { 200: { description: 'They are read.', schema: Joi.object() } },
          payload: Joi.object({
            tenantId: Joi.string().required(),
            connectionId: Joi.string().required(),
            letters: Joi.array().items(Joi.object().unknown(true)).required(),
          }),
          async handle({ payload: { tenantId, connectionId, letters } }) {
            const connection = await stored.get(tenantId, connectionId)
            if (connection === undefined) return problem(404, 'postman.no-connection', 'no such connection')
            const reading = mailboxStateOf(connection).owner !== undefined
            // A mailbox that passes its test is read from then on; the first look finds where it begins.
            if (!reading) await channels.byKey('email')?.test(connection, AbortSignal.timeout(10_000))
            await readUpTo(
              tenantId,
              connectionId,
              new Map([...new Set(letters.map(({ folder }) => folder))].map((one) => [one, 0])),
            )
            const wanted = new Map<string, number>()
            const uids = await post(letters)
            for (const [place, letter] of letters.entries()) wanted.set(letter.folder, uids[place] ?? 0)
            return (await readUpTo(tenantId, connectionId, wanted))
              ? ok({})
              : problem(500, 'postman.unread', 'the mails were not read')
          },
        }),
      ],
    }
  },
})
