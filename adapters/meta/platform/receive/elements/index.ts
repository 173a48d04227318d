import { readThreadControl } from './account.ts'
import { readEdit } from './edit.ts'
import { readMessage } from './message.ts'
import { readOptin } from './optin.ts'
import { readPostback } from './postback.ts'
import { readReaction } from './reaction.ts'
import type { ElementReader } from './reader.ts'
import { readDelivery, readRead } from './receipts.ts'
import { readReferral } from './referral.ts'

/** By the field of an element that says what happened. An element with none of them is unknown: stored whole, and counted. */
export const ELEMENT_READERS: ReadonlyMap<string, ElementReader> = new Map([
  ['message', readMessage],
  ['message_edit', readEdit],
  ['reaction', readReaction],
  ['delivery', readDelivery],
  ['read', readRead],
  ['postback', readPostback],
  ['referral', readReferral],
  ['optin', readOptin],
  ['policy_enforcement', readThreadControl('policy-enforcement')],
  ['pass_thread_control', readThreadControl('thread-control-passed')],
  ['take_thread_control', readThreadControl('thread-control-taken')],
  ['request_thread_control', readThreadControl('thread-control-requested')],
  ['app_roles', readThreadControl('app-roles')],
  ['account_linking', readThreadControl('account-linking')],
])
