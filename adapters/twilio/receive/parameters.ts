import type { Form } from './form.ts'

/** Parameters that are read, or that say nothing new. Twilio adds others without notice: those are counted. */
const KNOWN = new Set([
  ...['AccountSid', 'ApiVersion', 'MessageSid', 'SmsSid', 'SmsMessageSid', 'MessagingServiceSid', 'From', 'To', 'Body'],
  ...[
    'NumMedia',
    'NumSegments',
    'SmsStatus',
    'MessageStatus',
    'ErrorCode',
    'ErrorMessage',
    'OptOutType',
    'MessageType',
  ],
  ...['FromCity', 'FromState', 'FromZip', 'FromCountry', 'ToCity', 'ToState', 'ToZip', 'ToCountry', 'AddOns'],
  ...['ProfileName', 'WaId', 'ExternalUserId', 'Forwarded', 'FrequentlyForwarded', 'ButtonText', 'ButtonPayload'],
  ...[
    'ListId',
    'ListTitle',
    'ListDescription',
    'InteractiveData',
    'FlowData',
    'Latitude',
    'Longitude',
    'Address',
    'Label',
  ],
  ...[
    'OriginalRepliedMessageSid',
    'OriginalRepliedMessageSender',
    'ChannelMetadata',
    'ChannelPrefix',
    'RawDlrDoneDate',
  ],
  ...['ChannelInstallSid', 'ChannelStatusMessage', 'ChannelToAddress', 'StructuredMessage', 'EventType'],
])
const NUMBERED = /^(Media(Url|ContentType)\d+|Referral[A-Z].*)$/

/** Most names kept of one call; nobody must grow a report without end. */
const MAX_NAMES = 50

export function unknownParameters(form: Form): Readonly<Record<string, number>> | undefined {
  const strange = form.names.filter((name) => !KNOWN.has(name) && !NUMBERED.test(name)).slice(0, MAX_NAMES)
  return strange.length === 0 ? undefined : Object.fromEntries(strange.map((name) => [name.slice(0, 100), 1]))
}
