import { randomBytes } from 'node:crypto'
import type { Kernel } from '../../core/kernel/kernel.ts'
import { User } from '../../plugins/accounts/models/user.ts'
import { Passwords } from '../../plugins/accounts/passwords/passwords.ts'
import { PLATFORM } from '../../plugins/accounts/platform.ts'
import { settingsSchema } from '../../plugins/accounts/settings.ts'
import { createUser, userByEmail } from '../../plugins/accounts/signing-in/users.ts'

export interface DemoUser {
  readonly email: string
  readonly password: string
}

export const DEMO_EMAIL = 'demo@parley.example'

/** The owner of the demo tenant. Of a database that was made anew, or a demo file that is gone, the password is set again. */
export async function seedUser(
  kernel: Kernel,
  tenantId: string,
  kept: DemoUser | undefined,
): Promise<DemoUser | undefined> {
  // A process may run a subset of the plugins.
  if (kernel.plugins.find('accounts')?.state !== 'started') return kept
  const known = await kernel.database.transaction(PLATFORM, (uow) => userByEmail(uow, DEMO_EMAIL))
  if (known !== undefined && kept !== undefined) return kept
  // The rule of passwords asks for upper and lower case and a number.
  const password = `Demo-${randomBytes(9).toString('base64url')}-1`
  const passwordHash = await new Passwords(settingsSchema.validate({}).value.password).hash(password)
  const now = kernel.clock.now()
  await kernel.database.transaction(PLATFORM, async (uow) => {
    if (known !== undefined) {
      await User.in(uow).where('id', known.id).patch({ password_hash: passwordHash, password_changed_at: now })
      return
    }
    const person = { email: DEMO_EMAIL, name: 'Demo', locale: 'en', timeZone: 'UTC', emailVerified: true }
    const id = await createUser(uow, { ...person, passwordHash }, now)
    if (id !== undefined) await uow.trx.raw('select accounts.found_tenant(?, ?, ?)', [tenantId, id, now])
  })
  return { email: DEMO_EMAIL, password }
}
