/** Where a file of a mail lies: the folder and number of the mail, and the file's place in it. Without a place, the whole mail. */
export interface MailRef {
  readonly folder: string
  readonly uidValidity: string
  readonly uid: number
  readonly index?: number
  /** Finds the mail again after it was moved or numbered anew. */
  readonly messageId?: string
}

export function mailRef({ folder, uidValidity, uid, index, messageId }: MailRef): string {
  return `imap:${Buffer.from(JSON.stringify([folder, uidValidity, uid, index ?? null, messageId ?? null])).toString('base64url')}`
}

/** `undefined` when the text is no such reference. */
export function readMailRef(ref: string): MailRef | undefined {
  if (!ref.startsWith('imap:')) return undefined
  const parts = listOf(Buffer.from(ref.slice(5), 'base64url').toString('utf8'))
  const [folder, uidValidity, uid, index, messageId] = parts
  if (typeof folder !== 'string' || typeof uidValidity !== 'string' || typeof uid !== 'number') return undefined
  return {
    ...{ folder, uidValidity, uid },
    ...(typeof index === 'number' ? { index } : {}),
    ...(typeof messageId === 'string' ? { messageId } : {}),
  }
}

function listOf(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return [] // Not one of ours.
  }
}
