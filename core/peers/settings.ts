import Joi from 'joi'

export interface PeerSettings {
  /** `http://10.0.3.7:3000`: where the other processes reach this one; absent: its first address in the network. */
  readonly url?: string
  /** How often a process says that it is there, and looks who else is; in milliseconds. */
  readonly beatMs: number
  /** Who has said nothing for this long is away. */
  readonly awayMs: number
  /** What somebody offered a moment ago is still spoken of: they may be starting anew, and what they are asked waits. */
  readonly rememberMs: number
  /** Longest that a call may take. */
  readonly callMs: number
  /** How old a call may be when it arrives: clocks differ. */
  readonly staleMs: number
  /** Most bytes of a call, and of an answer that is no file. */
  readonly maxBytes: number
}

export const peerSettings: Joi.ObjectSchema<PeerSettings> = Joi.object({
  url: Joi.string().uri({ scheme: ['http', 'https'] }),
  beatMs: Joi.number().integer().min(10).default(1_000),
  awayMs: Joi.number().integer().min(100).default(10_000),
  rememberMs: Joi.number().integer().min(0).default(300_000),
  callMs: Joi.number().integer().min(1).default(60_000),
  staleMs: Joi.number().integer().min(1_000).default(60_000),
  maxBytes: Joi.number()
    .integer()
    .min(1024)
    .default(4 * 1024 * 1024),
})
