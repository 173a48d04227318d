import { definePlugin, isEvent, messageTemplates, templateChanged } from '@parley/core'
import { portProbe } from './held.ts'

/** A plugin that renders templates, as campaigns and reminders do: hands its port, and what it hears, to the test. */
export default definePlugin({
  manifest: {},
  deps: { templates: messageTemplates },
  register({ templates }) {
    portProbe.port = templates
    return {
      handlers: [
        {
          id: 'hear',
          on: [templateChanged],
          async handle(deliveries) {
            for (const delivery of deliveries)
              if (isEvent(templateChanged, delivery)) portProbe.heard.push(delivery.event.data)
          },
        },
      ],
    }
  },
})
