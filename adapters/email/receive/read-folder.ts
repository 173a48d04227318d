import type { ImapFlow } from 'imapflow'
import { MailHeaders } from '../../mail/read/headers.ts'
import { mailOf, type ReadMail } from '../../mail/read/mail.ts'
import { readMail } from '../../mail/read/read-mail.ts'
import { mailRef } from './mail-ref.ts'
import type { FolderCursor } from './mailbox-state.ts'

/** A mail as it was found in a folder. */
export interface FoundMail {
  readonly mail: ReadMail
  readonly receivedAt: Date
}

export interface FolderReading {
  readonly client: ImapFlow
  readonly folder: string
  readonly cursor: FolderCursor | undefined
  readonly backfillDays: number
  readonly batch: number
  readonly now: () => Date
  /** Stores a batch and how far it goes; false ends the reading. */
  readonly store: (mails: readonly FoundMail[], cursor: FolderCursor) => Promise<boolean>
}

const DAY_MS = 86_400_000
/** Servers search by day, in a zone of their own. */
const OVERLAP_MS = 2 * DAY_MS

/**
 * Reads what came into a folder since the cursor, oldest first, batch by batch. The first reading begins at the end, or so many
 * days back. When the server has numbered its mails anew (another UIDVALIDITY), everything since the last reading is read
 * again; what was stored then is known by its own id and stays one.
 */
export async function readFolder(reading: FolderReading): Promise<boolean> {
  const { client, folder, batch, now, store } = reading
  const lock = await client.getMailboxLock(folder, { readOnly: true })
  try {
    const box = client.mailbox
    if (!box) throw new Error(`the folder ${folder} is not open`)
    const uidValidity = String(box.uidValidity)
    const { lastUid, uids } = await newUids(reading, uidValidity, box.uidNext)
    const cursorAt = (uid: number): FolderCursor => ({ uidValidity, lastUid: uid, at: now().toISOString() })
    if (uids.length === 0 && reading.cursor?.uidValidity !== uidValidity) return store([], cursorAt(lastUid))
    for (let start = 0; start < uids.length; start += batch) {
      const chunk = uids.slice(start, start + batch)
      const mails = await readMails(client, { folder, uidValidity, uids: chunk, now })
      if (!(await store(mails, cursorAt(chunk.at(-1) ?? lastUid)))) return false
    }
    return true
  } finally {
    lock.release()
  }
}

async function newUids(
  { client, cursor, backfillDays, now }: FolderReading,
  uidValidity: string,
  uidNext: number,
): Promise<{ lastUid: number; uids: readonly number[] }> {
  if (cursor?.uidValidity === uidValidity) {
    const { lastUid } = cursor
    if (uidNext <= lastUid + 1) return { lastUid, uids: [] }
    // `n:*` also names the last mail where all are below n (RFC 3501 §6.4.8).
    return { lastUid, uids: (await search(client, { uid: `${lastUid + 1}:*` })).filter((uid) => uid > lastUid) }
  }
  const lastUid = uidNext - 1
  const since = cursor === undefined ? now().getTime() - backfillDays * DAY_MS : Date.parse(cursor.at) - OVERLAP_MS
  if (cursor === undefined && backfillDays === 0) return { lastUid, uids: [] }
  return { lastUid, uids: await search(client, { since: new Date(since) }) }
}

async function search(client: ImapFlow, query: Parameters<ImapFlow['search']>[0]): Promise<readonly number[]> {
  const found = await client.search(query, { uid: true })
  if (found === false || found === undefined) throw new Error('the mailbox refused a search')
  return found.toSorted((one, other) => one - other)
}

async function readMails(
  client: ImapFlow,
  { folder, uidValidity, uids, now }: { folder: string; uidValidity: string; uids: readonly number[]; now: () => Date },
): Promise<readonly FoundMail[]> {
  const dates = new Map<number, Date>()
  const range = uids.join(',')
  for await (const { uid, internalDate } of client.fetch(range, { uid: true, internalDate: true }, { uid: true }))
    dates.set(uid, internalDate === undefined ? now() : new Date(internalDate))
  const mails: FoundMail[] = []
  for (const uid of uids) {
    const receivedAt = dates.get(uid)
    if (receivedAt === undefined) continue // Moved away since the search.
    mails.push({ receivedAt, mail: await readOne(client, { folder, uidValidity, uid }) })
  }
  return mails
}

/** One mail that the server cannot give must not keep the rest: it is stored as one that could not be read. */
async function readOne(
  client: ImapFlow,
  place: { folder: string; uidValidity: string; uid: number },
): Promise<ReadMail> {
  const refOf = (index: number | undefined) => mailRef({ ...place, ...(index === undefined ? {} : { index }) })
  try {
    const { content } = await client.download(String(place.uid), undefined, { uid: true })
    if (content === undefined) throw new Error('the server has the mail no more')
    return await readMail(content, { refOf })
  } catch (error) {
    if (!client.usable) throw error
    const broken = `The mailbox did not give the mail: ${error instanceof Error ? error.message : String(error)}`
    return mailOf({
      headers: new MailHeaders(`X-Place: ${place.folder}/${place.uidValidity}/${place.uid}`),
      broken,
      originalRef: refOf(undefined),
    })
  }
}
