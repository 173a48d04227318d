import { definePlugin, mailer, provide } from '@parley/core'
import Joi from 'joi'
import { postOffice } from './post-office.ts'

/** A mailer that keeps what it is given, by the name in its settings, for a test to read. */
export default definePlugin({
  manifest: { provides: [mailer], settings: { app: Joi.object<{ box: string }>({ box: Joi.string().required() }) } },
  deps: {},
  register(_deps, { box }: { box: string }) {
    return {
      providers: [
        provide(mailer, {
          value: {
            async send(mail) {
              const kept = postOffice.box(box)
              if (!kept.some(({ idempotencyKey }) => idempotencyKey === mail.idempotencyKey)) kept.push(mail)
              return { ok: true, id: mail.idempotencyKey }
            },
          },
        }),
      ],
    }
  },
})
