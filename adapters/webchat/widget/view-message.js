import { linked, timeOf, webUrl } from './format.js'
import { Icon } from './icons.js'
import { h } from './preact.js'

/** @import { Message, Pending, State } from './types.d.ts' */
/** @import { Entry } from './thread.js' */
/** @import { Texts } from './texts.js' */

/**
 * @typedef {{ chat: import('./chat.js').Chat, texts: Texts, lang: string, state: State }} Surroundings
 */

/**
 * One message: the thread's, or ours on its way.
 *
 * @param {Surroundings & { entry: Entry, first: boolean, last: boolean, latest: boolean }} props `latest`: choices can be taken
 */
export function MessageView({ entry, first, last, latest, chat, texts, lang, state }) {
  const { message, pending, mine } = entry
  const who = mine ? texts.you : (message?.author ?? texts.us)
  const classes = ['message', mine ? 'mine' : 'theirs', first && 'first', last && 'last', pending?.state]
  return h(
    'article',
    { class: classes.filter(Boolean).join(' '), 'aria-label': who },
    first && !mine && message?.author !== undefined && h('span', { class: 'author', dir: 'auto' }, message.author),
    h('span', { class: 'hidden' }, `${who}: `),
    message !== undefined
      ? h(Body, { message, texts, state })
      : pending !== undefined && h(Unsettled, { pending, texts }),
    message !== undefined && latest && h(Choices, { message, chat }),
    (last || pending?.state === 'failed') && h(Foot, { entry, chat, texts, lang, state }),
  )
}

/** @param {{ message: Message, texts: Texts, state: State }} props */
function Body({ message, texts, state }) {
  const { kind, text, media, place, header, footer, link } = message
  const quoted = message.replyTo === undefined ? undefined : quotedBy(message.replyTo, state)
  const nothing = text === '' && media === undefined && place === undefined
  return h(
    'div',
    { class: media !== undefined && text === '' ? 'bubble bare' : 'bubble' },
    quoted !== undefined && h('blockquote', { dir: 'auto' }, quoted.text || quoted.media?.fileName || texts.message),
    header !== undefined && h('strong', { dir: 'auto' }, header),
    media !== undefined && h(Media, { media, kind, texts }),
    place !== undefined && h(Place, { place, texts }),
    text !== '' && h(Words, { text }),
    nothing && h('p', { class: 'words' }, texts.unsupported),
    footer !== undefined && h('small', { dir: 'auto' }, footer),
    link !== undefined && h(Outward, { url: link.url, icon: 'link' }, link.title),
  )
}

/** @param {string} id @param {State} state */
function quotedBy(id, { messages }) {
  return messages.get(id) ?? [...messages.values()].find(({ externalId }) => externalId === id)
}

/** @param {{ text: string }} props */
function Words({ text }) {
  const pieces = linked(text).map((piece) =>
    piece.url === undefined
      ? piece.text
      : h('a', { href: piece.url, target: '_blank', rel: 'noopener noreferrer nofollow' }, piece.text),
  )
  return h('p', { class: 'words', dir: 'auto' }, pieces)
}

/** @param {{ media: NonNullable<Message['media']>, kind: string, texts: Texts }} props */
function Media({ media, kind, texts }) {
  const { url, fileName } = media
  const ours = url.startsWith('/api/')
  if (ours && (kind === 'image' || kind === 'sticker')) {
    const picture = h('img', { src: url, alt: fileName || texts.image, loading: 'lazy', class: 'picture' })
    return h('a', { href: url, target: '_blank', rel: 'noopener' }, picture)
  }
  if (ours && kind === 'video') return h('video', { src: url, controls: true, preload: 'metadata', class: 'picture' })
  if (ours && kind === 'audio') return h('audio', { src: url, controls: true, preload: 'metadata' })
  return h(Outward, { url, icon: 'file', download: ours ? fileName : undefined }, fileName || texts.download)
}

/** @param {{ place: NonNullable<Message['place']>, texts: Texts }} props */
function Place({ place, texts }) {
  const { latitude, longitude, name } = place
  const url = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`
  return h(Outward, { url, icon: 'place' }, name ?? texts.location)
}

/**
 * @param {{ url: string, icon: 'link' | 'file' | 'place', download?: string | undefined, children?: any }} props
 */
function Outward({ url, icon, download, children }) {
  const href = webUrl(url)
  const content = [h(Icon, { name: icon }), h('span', { dir: 'auto' }, children)]
  if (href === undefined) return h('span', { class: 'card' }, content)
  return h('a', { class: 'card', href, download, target: '_blank', rel: 'noopener noreferrer nofollow' }, content)
}

/** @param {{ message: Message, chat: import('./chat.js').Chat }} props */
function Choices({ message, chat }) {
  const source = message.buttons !== undefined ? 'button' : 'list'
  const choices = message.buttons ?? message.list ?? []
  if (choices.length === 0) return null
  return h(
    'div',
    { class: 'choices', role: 'group' },
    choices.map((/** @type {{ id: string, title: string, description?: string }} */ { id, title, description }) =>
      h(
        'button',
        { type: 'button', class: 'choice', key: id, onClick: () => chat.say(title, { payload: id, source }) },
        h('span', { dir: 'auto' }, title),
        description !== undefined && h('small', { dir: 'auto' }, description),
      ),
    ),
  )
}

/** @param {{ pending: Pending, texts: Texts }} props */
function Unsettled({ pending, texts }) {
  const { text, fileName, previewUrl, progress, state } = pending
  if (fileName === undefined) return h('div', { class: 'bubble' }, h(Words, { text: text ?? '' }))
  const picture =
    previewUrl !== undefined && h('img', { src: previewUrl, alt: fileName || texts.image, class: 'picture' })
  const card = h('span', { class: 'card' }, h(Icon, { name: 'file' }), h('span', { dir: 'auto' }, fileName))
  return h(
    'div',
    { class: 'bubble bare' },
    picture || card,
    state === 'sending' && h('progress', { max: 1, value: progress ?? 1, 'aria-label': texts.sending }),
  )
}

/** @param {Surroundings & { entry: Entry }} props */
function Foot({ entry, chat, texts, lang, state }) {
  const { pending, mine, at } = entry
  if (pending?.state === 'failed') return h(Failed, { pending, chat, texts })
  const waiting = pending?.state === 'sending'
  const note = waiting ? (state.offline ? texts.waiting : texts.sending) : texts.sent
  return h(
    'footer',
    null,
    h('time', { dateTime: new Date(at).toISOString() }, timeOf(at, lang)),
    mine && h('span', { class: 'state', title: note }, h(Icon, { name: waiting ? 'clock' : 'check' })),
    mine && h('span', { class: waiting && state.offline ? '' : 'hidden' }, note),
  )
}

/** @param {{ pending: Pending, chat: import('./chat.js').Chat, texts: Texts }} props */
function Failed({ pending, chat, texts }) {
  const { id, reason } = pending
  // The same file of the same type would be refused again.
  const final = reason === 'webchat.file-type-refused'
  const why = final ? texts.refusedType : texts.failed
  return h(
    'footer',
    { class: 'failed' },
    h('span', { role: 'alert' }, h(Icon, { name: 'alert' }), why),
    !final && h('button', { type: 'button', class: 'again', onClick: () => chat.retry(id) }, texts.retry),
    h('button', { type: 'button', class: 'again', onClick: () => chat.discard(id) }, texts.discard),
  )
}
