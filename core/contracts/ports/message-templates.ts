import { definePort } from '../../plugin/port.ts'
import type { Refusal } from '../../plugin/result.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'
import type { TemplateContent } from '../content/outbound.ts'
import type { TemplateKind } from '../events/templates.ts'

/**
 * Which template. By name, `de_AT` falls back to `de` when there is no text in that very language; a channel's template
 * is named with its connection.
 */
export type TemplateRef =
  | { readonly id: string }
  | { readonly kind: TemplateKind; readonly name: string; readonly language: string; readonly connectionId?: string }

/**
 * What stands for the variables: `{ customer: { name: 'Ada' } }`, or the whole name as a key, `{ 'customer.name': 'Ada' }`.
 * A channel's template takes its parameters' keys: `{ 'body.1': 'Ada' }`.
 */
export type TemplateVariables = Readonly<Record<string, unknown>>

/** What an SMS costs: parts of 160 or 153 signs of GSM-7, of 70 or 67 of UCS-2. */
export interface SmsSegments {
  readonly encoding: 'GSM-7' | 'UCS-2'
  readonly segments: number
  /** As people count them. */
  readonly characters: number
  /** What forced UCS-2. */
  readonly nonGsmCharacters: readonly string[]
}

export type RenderedTemplate =
  | { readonly kind: 'email'; readonly subject: string; readonly html?: string; readonly text: string }
  | { readonly kind: 'sms'; readonly text: string; readonly sms: SmsSegments }
  | {
      readonly kind: 'channel'
      readonly connectionId: string
      readonly content: TemplateContent
      readonly text: string
    }

/**
 * - `missing-variables`: something required was not given; `missing` names all of it
 * - `template-not-sendable`: its vendor has not approved it, paused it or took it away
 * - `template-not-rendered`: the text asked for more time or memory than a template may have, or for parts nobody can fill
 */
export type RenderRefusal =
  | 'template-not-found'
  | 'template-archived'
  | 'template-not-sendable'
  | 'missing-variables'
  | 'template-not-rendered'

export type RenderResult =
  | { readonly ok: true; readonly templateId: string; readonly message: RenderedTemplate }
  | (Refusal<RenderRefusal> & { readonly missing?: readonly string[] })

/** A channel's template as a message names it. */
export interface ChannelTemplateName {
  readonly connectionId: string
  readonly name: string
  readonly language: string
}

/** By id, or as a message names it. */
export type TemplateUse = ({ readonly templateId: string } | ChannelTemplateName) & { readonly count?: number }

/** Texts of the tenant, filled: for campaigns, reminders, the composer. */
export interface MessageTemplates {
  /** Reads the template through a cache that is a second old at most. */
  render(tenantId: string, ref: TemplateRef, variables: TemplateVariables): Promise<RenderResult>
  /**
   * Tells that messages were made of templates; counted later, in batches. The inbox tells it of channels' templates, whoever
   * of email or SMS ones sends them.
   */
  used(uow: UnitOfWork, uses: readonly TemplateUse[]): void
  /** One answer each, in order: why it cannot be sent now. A template that nobody knows here is the vendor's to judge. */
  unsendable(
    uow: UnitOfWork,
    names: readonly ChannelTemplateName[],
  ): Promise<readonly (Refusal<'template-not-sendable'> | undefined)[]>
}

export const messageTemplates = definePort<MessageTemplates>('message-templates')
