import type { Card, CardButton } from '@parley/core'
import type { FileAddress } from './files.ts'
import { type Payload, type PayloadRefusal, type PayloadRules, refused, tooLong, tooMany } from './payload.ts'

/** Cards with titles are a generic template, leafed through; a single one without is a media template. */
export function cardsPayload(rules: PayloadRules, cards: readonly Card[], files: readonly FileAddress[]): Payload {
  const [only] = cards
  if (cards.length === 1 && only !== undefined && only.title === undefined) return mediaTemplate(rules, only, files[0])
  const problem =
    tooMany(rules, 'cards', cards.length, rules.limits.cards) ??
    cards.map((card) => cardProblem(rules, card)).find((found) => found !== undefined)
  if (problem !== undefined) return problem
  const elements = cards.map((card, index) => elementOf(card, files[index]))
  return template({ template_type: 'generic', elements })
}

function elementOf(card: Card, file: FileAddress | undefined) {
  return {
    title: card.title,
    ...(card.subtitle === undefined ? {} : { subtitle: card.subtitle }),
    ...(card.media !== undefined && file !== undefined && 'url' in file ? { image_url: file.url } : {}),
    ...(card.url === undefined ? {} : { default_action: { type: 'web_url', url: card.url } }),
    ...(card.buttons === undefined ? {} : { buttons: card.buttons.map(buttonOf) }),
  }
}

/** The file must be known to Meta: by an id of an upload. */
function mediaTemplate(rules: PayloadRules, card: Card, file: FileAddress | undefined): Payload {
  if (rules.title === 'Instagram')
    return refused('no-media-template', 'Instagram has no media template; give the card a title')
  const problem = buttonsProblem(rules, card.buttons ?? [])
  if (problem !== undefined) return problem
  if (file === undefined || !('attachmentId' in file)) return refused('no-media', 'a card without a title needs a file')
  const mediaType = card.media?.mimeType?.startsWith('video/') === true ? 'video' : 'image'
  const buttons = card.buttons === undefined ? {} : { buttons: card.buttons.map(buttonOf) }
  const elements = [{ media_type: mediaType, attachment_id: file.attachmentId, ...buttons }]
  return template({ template_type: 'media', elements })
}

function template(payload: object): Payload {
  return { ok: true, body: { message: { attachment: { type: 'template', payload } } } }
}

function buttonOf(button: CardButton) {
  return 'id' in button
    ? { type: 'postback', title: button.title, payload: button.id }
    : { type: 'web_url', title: button.title, url: button.url }
}

function cardProblem(rules: PayloadRules, card: Card): PayloadRefusal | undefined {
  const { cardTitle, cardSubtitle } = rules.limits
  if (card.title === undefined) return refused('untitled', 'each of several cards needs a title')
  // Meta refuses an element that is nothing but its title.
  if (card.subtitle === undefined && card.media === undefined && card.buttons === undefined && card.url === undefined)
    return refused('bare-card', 'a card needs a subtitle, a picture, a link or buttons beside its title')
  return (
    tooLong(rules, 'a card title', card.title, cardTitle) ??
    tooLong(rules, 'a card subtitle', card.subtitle, cardSubtitle) ??
    buttonsProblem(rules, card.buttons ?? [])
  )
}

function buttonsProblem(rules: PayloadRules, buttons: readonly CardButton[]): PayloadRefusal | undefined {
  const many = tooMany(rules, 'buttons on a card', buttons.length, rules.limits.buttons)
  if (many !== undefined) return many
  for (const button of buttons) {
    const id = 'id' in button ? button.id : undefined
    const problem =
      tooLong(rules, 'a button', button.title, rules.limits.buttonTitle) ??
      tooLong(rules, 'an id', id, rules.limits.payload)
    if (problem !== undefined) return problem
  }
  return undefined
}
