import type { InteractiveContent } from '@parley/core'
import { cardsPayload } from './cards.ts'
import type { FileAddress } from './files.ts'
import {
  type Payload,
  type PayloadRefusal,
  type PayloadRules,
  refused,
  tooLong,
  tooMany,
  uniqueIds,
} from './payload.ts'

type Choices = readonly { readonly id: string; readonly title: string }[]

/**
 * Up to three buttons stay under the message (button template); more, and the rows of a list, are quick replies, which go
 * once one is tapped. A link is a button template as well, cards are a generic or a media template. There are no flows.
 */
export function interactivePayload(
  rules: PayloadRules,
  content: InteractiveContent,
  files: readonly FileAddress[],
): Payload {
  const text = wordsOf(content)
  if ('cards' in content) return cardsPayload(rules, content.cards, files)
  if ('flow' in content) return refused('no-flow', `${rules.title} has no flows`)
  if ('link' in content) {
    const button = { type: 'web_url', title: content.link.title, url: content.link.url }
    return (
      tooLong(rules, 'the link title', content.link.title, rules.limits.buttonTitle) ??
      buttonTemplate(rules, text, [button])
    )
  }
  if ('list' in content) {
    const rows = content.list.sections.flatMap((section) => section.rows)
    return quickReplies(rules, text, rows)
  }
  if (content.buttons.length > rules.limits.buttons) return quickReplies(rules, text, content.buttons)
  const buttons = content.buttons.map(({ id, title }) => ({ type: 'postback', title, payload: id }))
  return choicesProblem(rules, content.buttons, rules.limits.buttonTitle) ?? buttonTemplate(rules, text, buttons)
}

/** There is one text and nothing around it, so header and footer are lines of it. */
function wordsOf({ header, text, footer }: InteractiveContent): string {
  return [header, text, footer].filter((part) => part !== undefined && part !== '').join('\n\n')
}

function buttonTemplate(rules: PayloadRules, text: string, buttons: readonly object[]): Payload {
  const payload = { template_type: 'button', text, buttons }
  return (
    tooLong(rules, 'the text with its header and footer', text, rules.limits.buttonText) ?? {
      ok: true,
      body: { message: { attachment: { type: 'template', payload } } },
    }
  )
}

function quickReplies(rules: PayloadRules, text: string, choices: Choices): Payload {
  const { limits } = rules
  const replies = choices.map(({ id, title }) => ({ content_type: 'text', title, payload: id }))
  return (
    tooMany(rules, 'choices', choices.length, limits.quickReplies) ??
    choicesProblem(rules, choices, limits.quickReplyTitle) ??
    tooLong(rules, 'the text with its header and footer', text, limits.text) ?? {
      ok: true,
      body: { message: { text, quick_replies: replies } },
    }
  )
}

function choicesProblem(rules: PayloadRules, choices: Choices, maxTitle: number): PayloadRefusal | undefined {
  for (const { id, title } of choices) {
    const problem = tooLong(rules, 'a choice', title, maxTitle) ?? tooLong(rules, 'an id', id, rules.limits.payload)
    if (problem !== undefined) return problem
  }
  return uniqueIds(choices)
}
