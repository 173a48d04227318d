import { type EgressSettings, egressSettings } from '@parley/core'
import Joi from 'joi'

export interface WebhooksSettings {
  readonly pageSize: number
  readonly maxPageSize: number
  /** Addresses that one tenant may have. */
  readonly maxSubscriptions: number
  /** Waits between the tries of one delivery, in seconds, each give or take a fifth. After the last it has failed. */
  readonly retrySeconds: readonly number[]
  /** Failed tries in a row, of whatever deliveries, after which an address is left alone for a while. */
  readonly circuitFailures: number
  /** That while: doubled with each failed try after it, up to the cap. */
  readonly circuitBaseMs: number
  readonly circuitCapMs: number
  /** An address that has taken nothing for so long is switched off. */
  readonly disableAfterDays: number
  /** Deliveries and their tries are kept so long, and can be sent again so long. */
  readonly retentionDays: number
  /** How long a replaced secret signs beside the new one, unless the caller says otherwise. */
  readonly rotationHours: number
  readonly maxRotationHours: number
  /** Deliveries of one address under way at once. */
  readonly perEndpoint: number
  /** Deliveries in hand, of all addresses. */
  readonly prefetch: number
  /** Deliveries woken, replayed or forgotten in one transaction. */
  readonly batch: number
  /** Of the receiver's answer, kept for whoever looks for a fault. */
  readonly answerChars: number
  /** Plain http is for tests and closed networks. */
  readonly allowHttp: boolean
  readonly egress: EgressSettings
}

const count = (value: number) => Joi.number().integer().min(1).default(value)
const MINUTE = 60
const HOUR = 3600

export const settingsSchema: Joi.ObjectSchema<WebhooksSettings> = Joi.object({
  pageSize: count(50),
  maxPageSize: count(200),
  maxSubscriptions: count(20),
  retrySeconds: Joi.array()
    .items(Joi.number().min(0))
    .default([5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]),
  circuitFailures: count(5),
  circuitBaseMs: count(30_000),
  circuitCapMs: count(3_600_000),
  disableAfterDays: Joi.number().min(0.01).default(5),
  retentionDays: count(30),
  rotationHours: Joi.number().min(0).default(24),
  maxRotationHours: count(168),
  perEndpoint: count(4),
  prefetch: count(500),
  batch: count(200),
  answerChars: Joi.number().integer().min(0).default(500),
  allowHttp: Joi.boolean().default(false),
  egress: egressSettings.default(egressSettings.validate({}).value),
})
