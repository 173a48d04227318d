import { SegmentedMessage } from 'sms-segments-calculator'
import type { SmsSegments } from '../contracts/ports/message-templates.ts'

/** As the networks count (GSM 03.38 with its extension table, else UCS-2). */
export function smsSegments(text: string): SmsSegments {
  const message = new SegmentedMessage(text, 'auto')
  return {
    encoding: message.encodingName,
    segments: message.segmentsCount,
    characters: message.graphemes.length,
    nonGsmCharacters: [...new Set(message.getNonGsmCharacters())],
  }
}
