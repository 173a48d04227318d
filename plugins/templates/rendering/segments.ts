import type { SmsSegments } from '@parley/core'
import { SegmentedMessage } from 'sms-segments-calculator'

/** As the networks count (GSM 03.38 with its extension table, else UCS-2). */
export function segmentsOf(text: string): SmsSegments {
  const message = new SegmentedMessage(text, 'auto')
  return {
    encoding: message.encodingName,
    segments: message.segmentsCount,
    characters: message.graphemes.length,
    nonGsmCharacters: [...new Set(message.getNonGsmCharacters())],
  }
}
