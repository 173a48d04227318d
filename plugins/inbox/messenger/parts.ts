import type { Channel, Clock, Connections, Consents, ContactDirectory, MessageTemplates, Selector } from '@parley/core'

/** What writing to customers works with. */
export interface MessengerParts {
  readonly clock: Clock
  readonly contacts: ContactDirectory
  /** Who wants to be written to. Without it only what the channel itself said holds. */
  readonly consents?: Consents | undefined
  readonly connections: Connections
  readonly channels: Selector<Channel>
  readonly templates?: MessageTemplates | undefined
}
