import { channel, channelMedia, channelProfiles, channelReceipts } from '../contracts/ports/channel.ts'
import { type Port, portName } from '../plugin/port.ts'

/** What of a port's providers can be asked of another process. */
export interface BridgedPort {
  readonly port: Port<unknown>
  /** Methods that take and give plain data, connections, abort signals, and at most one stream as `content` of the answer. */
  readonly calls: readonly string[]
  /** Properties that are told beforehand, as they are read without waiting. */
  readonly facts: readonly string[]
}

/**
 * The ports whose providers may live in another process than those who use them. `channel-templates` is not among them: some
 * of its methods answer without waiting. A channel that runs apart has no templates.
 */
export const BRIDGED: readonly BridgedPort[] = [
  { port: channel, calls: ['send', 'test'], facts: ['capabilities'] },
  { port: channelMedia, calls: ['fetch'], facts: [] },
  { port: channelReceipts, calls: ['markRead'], facts: [] },
  { port: channelProfiles, calls: ['profileOf'], facts: [] },
]

/** By port name: by provider key: its facts. */
export type Offers = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>

export function bridged(name: string): BridgedPort | undefined {
  return BRIDGED.find(({ port }) => portName(port) === name)
}
