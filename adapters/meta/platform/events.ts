import {
  channelAccountChanged,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelStatusChanged,
  channelUnknownReceived,
  channelWatermarkMoved,
} from '@parley/core'

/** What a channel of the Messenger Platform tells. */
export const platformEvents = [
  channelMessageReceived,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageRevoked,
  channelStatusChanged,
  channelWatermarkMoved,
  channelAccountChanged,
  channelUnknownReceived,
]
