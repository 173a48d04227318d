import type { Channel, Clock, Connections, ContactDirectory, MessageTemplates, Selector } from '@parley/core'

/** What writing to customers works with. */
export interface MessengerParts {
  readonly clock: Clock
  readonly contacts: ContactDirectory
  readonly connections: Connections
  readonly channels: Selector<Channel>
  readonly templates?: MessageTemplates | undefined
}
