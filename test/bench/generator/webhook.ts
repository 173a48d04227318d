import { createHmac } from 'node:crypto'

export interface Target {
  readonly url: string
  readonly appSecret: string
  readonly phoneNumberId: string
}

/** About 1 kB, shaped as the Cloud API sends it: one text message of one customer. */
export function webhookBody(target: Target, phone: string, id: string, text: string, seconds: number): Buffer {
  return Buffer.from(
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '102290129340398',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: '15550783881', phone_number_id: target.phoneNumberId },
                contacts: [{ profile: { name: `Customer ${phone.slice(-4)}` }, wa_id: phone }],
                messages: [{ from: phone, id, timestamp: String(seconds), type: 'text', text: { body: text } }],
              },
            },
          ],
        },
      ],
    }),
  )
}

/** The request head up to the content length, signed for this body. */
export function requestHead(target: Target, body: Buffer): string {
  const { host, pathname } = new URL(target.url)
  const signature = createHmac('sha256', target.appSecret).update(body).digest('hex')
  return `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\nx-hub-signature-256: sha256=${signature}\r\n`
}
