import Joi from 'joi'
import type { Template } from '../../models/template.ts'
import type { Texts } from '../../rendering/compiled.ts'
import type { Own } from '../../rendering/renderer.ts'
import type { TemplatesSettings } from '../../settings.ts'

/** The words of a template as a caller gives them: an email's or an SMS's. */
export interface Words {
  readonly subject?: string
  readonly html?: string | null
  readonly text?: string | null
  readonly body?: string
}

/** What sets the templates of one kind apart from those of the other; everything else is the same. */
export interface OwnKind {
  readonly kind: 'email' | 'sms'
  readonly path: string
  readonly noun: string
  /** In operation ids and schema names: `EmailTemplate`. */
  readonly title: string
  /** Schema keys of the words, and whether the payload as a whole holds together. */
  readonly words: Joi.SchemaMap
  whole(payload: Joi.ObjectSchema): Joi.ObjectSchema
  /** Schema keys of what a preview shows. */
  readonly shown: Joi.SchemaMap
  texts(words: Words): Texts
  view(template: Template): Words
}

export function emailKind({ maxHtmlLength, maxTextLength, maxSubjectLength }: TemplatesSettings): OwnKind {
  const optional = (max: number) => Joi.string().allow(null).min(1).max(max)
  return {
    kind: 'email',
    path: '/api/email-templates',
    noun: 'email template',
    title: 'EmailTemplate',
    words: {
      subject: Joi.string().min(1).max(maxSubjectLength).required(),
      html: optional(maxHtmlLength).description('Every value in it is escaped.'),
      text: optional(maxTextLength).description('Without one, it is made of the HTML.'),
    },
    whole: (payload) => payload.or('html', 'text'),
    shown: { subject: Joi.string().allow(''), html: Joi.string().allow(''), text: Joi.string().allow('') },
    texts: ({ subject, html, text }) => ({ subject: subject ?? '', html: html ?? null, text: text ?? null }),
    view: ({ subject, html, text }) => ({ subject: subject ?? '', html, text }),
  }
}

export function smsKind({ maxTextLength }: TemplatesSettings): OwnKind {
  return {
    kind: 'sms',
    path: '/api/sms-templates',
    noun: 'SMS template',
    title: 'SmsTemplate',
    words: { body: Joi.string().min(1).max(maxTextLength).required() },
    whole: (payload) => payload,
    shown: {
      text: Joi.string().allow(''),
      sms: Joi.object({
        encoding: Joi.valid('GSM-7', 'UCS-2').required(),
        segments: Joi.number().integer().required(),
        characters: Joi.number().integer().required(),
        nonGsmCharacters: Joi.array().items(Joi.string()).required(),
      }),
    },
    texts: ({ body }) => ({ subject: null, html: null, text: body ?? '' }),
    view: ({ text }) => ({ body: text ?? '' }),
  }
}

/** A rendered message without its kind, which the route says already. */
export function shownOf({ kind: _kind, ...shown }: Own): object {
  return shown
}
