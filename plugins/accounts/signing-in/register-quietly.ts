import { type Job, newId } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { queueMail } from '../mail/outgoing.ts'
import { PLATFORM } from '../platform.ts'
import { createAccount, type NewAccount, type Registration } from './register.ts'
import { userByEmail } from './users.ts'

interface Wish {
  readonly id: string
  /** Sealed JSON. */
  readonly account: string
}

export const REGISTER_QUIETLY = 'register-quietly'

/** Writes down that somebody wants an account, whoever has the address: free and taken ones take the same path, and the same time. */
export async function wishAccount(parts: Parts, { password, ...wanted }: Registration): Promise<void> {
  const passwordHash = await parts.passwords.hash(password)
  const id = newId()
  const account: NewAccount = { ...wanted, passwordHash }
  await parts.database.transaction(PLATFORM, async (uow) => {
    const wish: Wish = { id, account: parts.sealer.seal(JSON.stringify(account), placeOf(id)) }
    await parts.jobs.enqueue(uow, REGISTER_QUIETLY, wish)
  })
}

/** Makes the account later, or tells the mailbox that it has one. */
export function registerQuietly(parts: Parts): Job<Wish> {
  return {
    id: REGISTER_QUIETLY,
    input: Joi.object({ id: Joi.string().uuid().required(), account: Joi.string().required() }),
    retry: { max: 8, baseMs: 5_000 },
    async run({ id, account }, uow) {
      const wanted: NewAccount = JSON.parse(parts.sealer.open(account, placeOf(id)))
      const made = await createAccount(uow, parts, wanted)
      if (made.ok) return
      const owner = await userByEmail(uow, wanted.email)
      if (owner !== undefined)
        await queueMail(uow, parts, { kind: 'address-taken', userId: owner.id, base: wanted.base })
    },
  }
}

const placeOf = (id: string) => ({ tenantId: PLATFORM, purpose: 'registration', id })
