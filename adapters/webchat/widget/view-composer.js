import { sizeOf } from './format.js'
import { Icon } from './icons.js'
import { Component, createRef, h } from './preact.js'

/** @import { Config } from './types.d.ts' */
/** @import { Texts } from './texts.js' */

/** From this share of the limit on, the visitor is told how much is left. */
const NEARLY_FULL = 0.9

/**
 * Where the visitor writes. Enter sends, Shift+Enter breaks the line; a draft outlives a reload. Files come by the button, by
 * paste or by drop.
 *
 * @extends {Component<{
 *   chat: import('./chat.js').Chat, config: Config, texts: Texts, lang: string,
 *   storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
 * }, { text: string, problem: string }>}
 */
export class Composer extends Component {
  /** @type {import('preact').RefObject<HTMLTextAreaElement | null>} */
  #area = createRef()
  /** @type {import('preact').RefObject<HTMLInputElement | null>} */
  #picker = createRef()

  state = { text: this.#draft().read() ?? '', problem: '' }

  componentDidMount() {
    this.#grow()
    if (this.props.config.mode === 'page') this.#area.current?.focus()
  }

  #draft() {
    const { storage, config } = this.props
    const key = `parley.webchat.${config.connectionId}.draft`
    return {
      read: () => storage.getItem(key),
      keep: (/** @type {string} */ text) => (text === '' ? storage.removeItem(key) : storage.setItem(key, text)),
    }
  }

  #grow() {
    const area = this.#area.current
    if (area === null) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }

  /** @param {string} text */
  #type(text) {
    this.#draft().keep(text)
    this.setState({ text, problem: '' }, () => this.#grow())
  }

  #send = (/** @type {Event} */ event) => {
    event.preventDefault()
    const { chat, config, texts } = this.props
    const text = this.state.text.trim()
    if (text === '') return
    if (text.length > config.maxTextLength) {
      this.setState({ problem: texts.tooLong.replace('{count}', String(config.maxTextLength)) })
      return
    }
    chat.say(text)
    this.#type('')
    this.#area.current?.focus()
  }

  #key = (/** @type {KeyboardEvent} */ event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) this.#send(event)
  }

  /** @param {Iterable<File> | null | undefined} files */
  #attach(files) {
    const { chat, config, texts, lang } = this.props
    for (const file of files ?? []) {
      const refused = chat.attach(file)
      if (refused === 'empty') this.setState({ problem: texts.empty })
      if (refused === 'type') this.setState({ problem: texts.refusedType })
      if (refused === 'too-large') {
        this.setState({ problem: texts.tooLarge.replace('{size}', sizeOf(config.maxFileBytes, lang)) })
      }
    }
  }

  #paste = (/** @type {ClipboardEvent} */ event) => {
    const files = event.clipboardData?.files
    if (this.props.config.accept === '' || files === undefined || files.length === 0) return
    event.preventDefault()
    this.#attach(files)
  }

  #picked = () => {
    const picker = this.#picker.current
    if (picker === null) return
    this.#attach(picker.files)
    picker.value = ''
  }

  #drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault()
    this.#attach(event.dataTransfer?.files)
  }

  render() {
    const { config, texts } = this.props
    const { text, problem } = this.state
    const left = config.maxTextLength - text.length
    const files = config.accept !== ''
    return h(
      'form',
      {
        class: 'composer',
        onSubmit: this.#send,
        onPaste: this.#paste,
        onDragOver: (/** @type {Event} */ event) => files && event.preventDefault(),
        onDrop: files ? this.#drop : undefined,
      },
      problem !== '' && h('p', { class: 'problem', role: 'alert' }, problem),
      h(
        'div',
        { class: 'field' },
        files && this.#attachButton(),
        h('textarea', {
          ref: this.#area,
          rows: 1,
          dir: 'auto',
          'aria-label': texts.message,
          placeholder: texts.write,
          value: text,
          enterKeyHint: 'send',
          onInput: (/** @type {any} */ event) => this.#type(event.currentTarget.value),
          onKeyDown: this.#key,
        }),
        h(
          'button',
          { type: 'submit', class: 'round send', 'aria-label': texts.send, disabled: text.trim() === '' },
          h(Icon, { name: 'send' }),
        ),
      ),
      text.length > config.maxTextLength * NEARLY_FULL &&
        h('p', { class: left < 0 ? 'left over' : 'left' }, String(left)),
    )
  }

  #attachButton() {
    const { config, texts } = this.props
    return [
      h('input', {
        ref: this.#picker,
        type: 'file',
        accept: config.accept,
        multiple: true,
        hidden: true,
        onChange: this.#picked,
      }),
      h(
        'button',
        {
          type: 'button',
          class: 'round attach',
          'aria-label': texts.attach,
          onClick: () => this.#picker.current?.click(),
        },
        h(Icon, { name: 'attach' }),
      ),
    ]
  }
}
