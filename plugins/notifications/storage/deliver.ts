import { newId, notificationCreated, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { type Draft, merged } from '../domain/draft.ts'
import { mailTime } from '../domain/quiet-hours.ts'
import { scheduleMail } from '../mail/schedule-mail.ts'
import { Outgoing } from '../models/notification.ts'
import { addToMailbox } from './add.ts'
import { Wishes } from './wishes.ts'

/** Brings each draft where its person wants it: into the mailbox, into a mail at its time, onto the log for webhooks. */
export async function deliver(parts: Parts, uow: UnitOfWork, all: readonly Draft[]): Promise<void> {
  const drafts = merged(all)
  if (drafts.length === 0) return
  const now = parts.clock.now()
  const zone = (await parts.tenants.find(uow.tenantId))?.timeZone ?? 'UTC'
  const users = [...new Set(drafts.map(({ userId }) => userId))].sort()
  const wishes = await Wishes.of(uow, users, zone)
  const wanted = drafts.map((draft) => ({ draft, channels: wishes.channels(draft) }))
  for (const userId of users) {
    const mine = wanted.filter(({ draft }) => draft.userId === userId)
    const by = (channel: string) => mine.filter(({ channels }) => channels.includes(channel as 'email')).map(draftOf)
    if (by('in-app').length > 0) await addToMailbox(uow, userId, by('in-app'), now)
    if (by('email').length > 0) await mail(parts, uow, by('email'), mailTime(now, wishes.rhythm(userId)))
    for (const { kind, title, body, link } of by('webhook')) {
      const data = { userId, kind, title, body, ...(link === undefined ? {} : { link }) }
      uow.publish({ type: notificationCreated, key: userId, data })
    }
  }
}

const draftOf = ({ draft }: { readonly draft: Draft }) => draft

async function mail({ jobs, mailer }: Parts, uow: UnitOfWork, drafts: readonly Draft[], due: Date): Promise<void> {
  const [first] = drafts
  if (mailer === undefined || first === undefined) return
  const rows = drafts.map(({ userId, title, body, link = null }) => ({
    ...{ id: newId(), user_id: userId, title, body, link, due_at: due },
  }))
  await Outgoing.in(uow).insert(rows)
  await scheduleMail(uow, jobs, first.userId)
}
