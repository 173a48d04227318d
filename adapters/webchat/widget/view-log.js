import { dayName } from './format.js'
import { Icon } from './icons.js'
import { Component, createRef, h } from './preact.js'
import { latestKey, rows } from './thread.js'
import { MessageView } from './view-message.js'

/** @import { Config } from './types.d.ts' */
/** @import { Row } from './thread.js' */
/** @import { Surroundings } from './view-message.js' */

/** This close to its end the log counts as read to the end, and follows what comes. */
const NEAR_END_PX = 80

/**
 * The conversation. It follows new messages while the visitor is at its end; while they read further up, nothing moves, and a
 * button leads down.
 *
 * @extends {Component<Surroundings & { config: Config }, { below: boolean }>}
 */
export class Log extends Component {
  /** @type {import('preact').RefObject<HTMLDivElement | null>} */
  #box = createRef()
  #atEnd = true
  #count = 0
  #mine = 0

  state = { below: false }

  componentDidMount() {
    this.#toEnd()
    const box = this.#box.current
    if (box === null) return
    // Pictures grow as they load, and the window as keyboards come and go: the end stays the end.
    const observer = new ResizeObserver(() => this.#atEnd && this.#toEnd())
    observer.observe(box)
    if (box.firstElementChild !== null) observer.observe(box.firstElementChild)
  }

  componentDidUpdate() {
    const { messages, pending } = this.props.state
    const count = messages.size + pending.length
    const mine = pending.length
    const grown = count > this.#count
    const wrote = mine > this.#mine
    this.#count = count
    this.#mine = mine
    if (this.#atEnd || wrote) this.#toEnd()
    else if (grown && !this.state.below) this.setState({ below: true })
  }

  #toEnd() {
    const box = this.#box.current
    if (box === null) return
    box.scrollTop = box.scrollHeight
    this.#atEnd = true
    if (this.state.below) this.setState({ below: false })
  }

  #scrolled = () => {
    const box = this.#box.current
    if (box === null) return
    this.#atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX
    if (this.#atEnd && this.state.below) this.setState({ below: false })
  }

  render() {
    const { config, texts, state } = this.props
    const lines = rows(state.messages, state.pending)
    const latest = latestKey(lines)
    return h(
      'div',
      { class: 'conversation' },
      h(
        'div',
        {
          class: 'log',
          role: 'log',
          'aria-label': texts.conversation,
          'aria-busy': !state.ready,
          tabIndex: 0,
          ref: this.#box,
          onScroll: this.#scrolled,
        },
        h(
          'div',
          { class: 'lines' },
          config.greeting !== '' && h(Greeting, { text: config.greeting, who: texts.us }),
          lines.map((row) => this.#row(row, row.key === latest)),
        ),
      ),
      this.state.below &&
        h(
          'button',
          { type: 'button', class: 'below', onClick: () => this.#toEnd() },
          h(Icon, { name: 'down' }),
          texts.newMessages,
        ),
    )
  }

  /** @param {Row} row @param {boolean} latest */
  #row(row, latest) {
    const { chat, texts, lang, state } = this.props
    if (row.type === 'day') {
      return h('h2', { class: 'day', key: row.key }, dayName(row.at, lang, texts, Date.now()))
    }
    const { entry, first, last, key } = row
    return h(MessageView, { key, entry, first, last, latest, chat, texts, lang, state })
  }
}

/** @param {{ text: string, who: string }} props */
function Greeting({ text, who }) {
  const words = h('div', { class: 'bubble' }, h('p', { class: 'words', dir: 'auto' }, text))
  return h('article', { class: 'message theirs first last greeting', 'aria-label': who }, words)
}
