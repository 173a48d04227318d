import { consentChanged, consents, definePlugin, isEvent, messenger } from '@parley/core'
import { consentProbe } from './held.ts'

/** A plugin that writes to people, as campaigns do: hands its ports, and what it hears, to the test. */
export default definePlugin({
  manifest: {},
  deps: { consents, messenger },
  register(ports) {
    consentProbe.port = ports.consents
    consentProbe.messenger = ports.messenger
    return {
      handlers: [
        {
          id: 'hear',
          on: [consentChanged],
          async handle(deliveries) {
            for (const delivery of deliveries)
              if (isEvent(consentChanged, delivery)) consentProbe.heard.push(delivery.event.data)
          },
        },
      ],
    }
  },
})
