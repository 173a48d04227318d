import type { Parts } from '../context.ts'
import { Session } from '../models/session.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import type { SignedIn } from '../sessions/signed-in.ts'

/**
 * Is it still the same person at the keyboard? With a password: they know it. Without one (they sign in at another service):
 * they signed in a moment ago.
 */
export async function confirmed(
  parts: Parts,
  person: SignedIn,
  password: string | undefined,
): Promise<User | undefined> {
  const { database, passwords, clock, settings } = parts
  const [user, session] = await database.transaction(PLATFORM, async (uow) => [
    await User.in(uow).findOne({ id: person.userId }),
    await Session.in(uow).findOne({ id: person.sessionId }),
  ])
  if (user === undefined || session === undefined) return undefined
  if (user.password_hash === null) {
    const age = clock.millis() - session.created_at.getTime()
    return age <= settings.recentSignInSeconds * 1000 ? user : undefined
  }
  const { ok } = await passwords.verify(password ?? '', user.password_hash)
  return ok ? user : undefined
}
