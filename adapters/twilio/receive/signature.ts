import type { WebhookRequest } from '@parley/core'
import {
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
  // The file itself: the SDK as a whole weighs 40 MB, and a call that is received needs none of it.
} from 'twilio/lib/webhooks/webhooks.js'
import { Form, isJson } from './form.ts'

const HEADER = 'x-twilio-signature'

/**
 * `X-Twilio-Signature`: base64 of HMAC-SHA1 over the address as Twilio called it and each parameter's name and value, sorted;
 * of a JSON body the address's `bodySHA256` vouches. Checked by Twilio's own library, as Twilio asks for: it knows the forms
 * of an address (with and without port, escaped or not) that Twilio has signed over the years. The address is the public
 * one (`PUBLIC_URL`, or what a trusted proxy says), which is what Twilio knew.
 */
export function signatureMatches(request: WebhookRequest, authToken: string): boolean {
  const header = request.headers[HEADER]
  if (authToken === '' || typeof header !== 'string' || header === '') return false
  // The library throws for an address that is none, which a forged Host header can make.
  if (!URL.canParse(request.url)) return false
  if (isJson(request)) return validateRequestWithBody(authToken, header, request.url, request.body.toString('utf8'))
  return validateRequest(authToken, header, request.url, new Form(request.body).signed)
}

/** The header that Twilio would send with a form: for simulators and tests. */
export function sign(url: string, body: Buffer, authToken: string): string {
  return getExpectedTwilioSignature(authToken, url, new Form(body).signed)
}
