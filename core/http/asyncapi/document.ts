import type { EventChannel } from '../../events/index.ts'
import type { EventType } from '../../plugin/event.ts'
import { Definitions } from '../openapi/definitions.ts'
import { cloudEventHeaders, HEADERS } from './cloud-event-headers.ts'
import { allInDialect } from './dialect.ts'
import { BINDING_VERSION, messageOf } from './message.ts'

export interface Publisher {
  readonly plugin: string
  readonly types: readonly EventType[]
}

export interface DocumentParts {
  readonly info: { readonly title: string; readonly version: string }
  /** Everything that this process publishes or handles. */
  readonly types: readonly EventType[]
  readonly publishers: readonly Publisher[]
  readonly channels: readonly EventChannel[]
}

const DESCRIPTION = `CloudEvents 1.0 in Kafka's binary mode: attributes in headers that begin with \`ce_\`, the data as JSON in the value.
Events with the same key keep their order. Each may arrive more than once: \`ce_logoff\` counts the events of a partition
without a gap, so whoever remembers the last one knows a repetition. Fields may be added to a version of a type; readers
ignore what they do not know. \`x-personal\` names the fields that hold personal data.`

/** The AsyncAPI 3.0 document of the events, made from the same schemas that check them when they are published. */
export function asyncApiDocument({ info, types, publishers, channels }: DocumentParts): Record<string, unknown> {
  const definitions = new Definitions({ [HEADERS]: cloudEventHeaders() })
  const messages = Object.fromEntries(types.map((type) => [type.type, messageOf(type, definitions)]))
  return {
    asyncapi: '3.0.0',
    info: {
      title: `${info.title} events`,
      version: info.version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map((channel) => [channel.topic, channelOf(channel, types)])),
    operations: Object.fromEntries(publishers.flatMap(operationsOf)),
    components: { messages, schemas: allInDialect(definitions.all()) },
  }
}

function channelOf({ topic, address, partitions }: EventChannel, types: readonly EventType[]): object {
  const own = types.filter((type) => type.topic === topic)
  return {
    address,
    messages: Object.fromEntries(own.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
    bindings: { kafka: { topic: address, partitions, bindingVersion: BINDING_VERSION } },
  }
}

/** One for each topic that a plugin publishes to. */
function operationsOf({ plugin, types }: Publisher): [string, object][] {
  return [...Map.groupBy(types, (type) => type.topic)].map(([topic, own]) => [
    `${plugin}.publish.${topic}`,
    {
      action: 'send',
      summary: `${plugin} publishes to ${topic}.`,
      channel: { $ref: `#/channels/${topic}` },
      messages: own.map(({ type }) => ({ $ref: `#/channels/${topic}/messages/${type}` })),
      'x-plugin': plugin,
    },
  ])
}
