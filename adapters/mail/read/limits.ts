/** What the contract stores of a mail (`inboundContentSchema`); what is longer can be read in the original. */
export const STORED = {
  text: 65_536,
  html: 262_144,
  subject: 2_000,
  attachments: 100,
  addresses: 200,
  contentId: 500,
  fileName: 300,
} as const

/** HTML that is made safe, in characters: hostile nesting takes the square of it. Of what is longer, the beginning gives the text. */
export const MAX_HTML = 400_000

/** What is read into memory of a mail; files are passed by. Bytes. */
export const MEMORY = {
  headers: 1024 * 1024,
  text: 4 * 1024 * 1024,
  report: 64 * 1024,
} as const
