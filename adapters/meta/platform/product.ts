/** What tells Messenger and Instagram apart on the platform that they share. */
export interface PlatformProduct {
  /** The adapter's provider key. */
  readonly channel: 'messenger' | 'instagram'
  /** For people. */
  readonly title: string
  /** `object` of its webhooks. */
  readonly object: 'page' | 'instagram'
  /** A person's id means something at one account only: page-scoped (PSID), Instagram-scoped (IGSID). */
  readonly identityKind: 'psid' | 'igsid'
}

export const MESSENGER: PlatformProduct = {
  channel: 'messenger',
  title: 'Messenger',
  object: 'page',
  identityKind: 'psid',
}

export const INSTAGRAM: PlatformProduct = {
  channel: 'instagram',
  title: 'Instagram',
  object: 'instagram',
  identityKind: 'igsid',
}
