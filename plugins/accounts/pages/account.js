/** @typedef {{ title: string, fields: string[], button: string, run: (values: Record<string, string>) => Promise<string> }} Step */

const main = document.querySelector('main')
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
// The link works once; what is left of it need not stand in the address bar, nor in the history.
history.replaceState(null, '', location.pathname)

const FIELDS = {
  name: { label: 'Your name', type: 'text', autocomplete: 'name' },
  password: { label: 'New password', type: 'password', autocomplete: 'new-password' },
  currentPassword: { label: 'Your password', type: 'password', autocomplete: 'current-password' },
}

/** @param {string} path @param {object} body */
async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  const answer = text === '' ? {} : JSON.parse(text)
  if (!response.ok) throw new Error(answer.detail ?? 'That did not work. Try again later.')
  return answer
}

const STEPS = {
  'verify-email': async () => ({
    title: 'Confirm your email address',
    fields: [],
    button: 'Confirm',
    run: async () => {
      await post('/api/auth/verify-email', { token })
      return 'Your address is confirmed.'
    },
  }),
  'reset-password': async () => ({
    title: 'Choose a new password',
    fields: ['password'],
    button: 'Save the password',
    run: async (values) => {
      await post('/api/auth/reset-password', { token, password: values.password })
      return 'Your new password is in force. You can sign in with it now.'
    },
  }),
  'accept-invitation': async () => {
    const { team, email, hasAccount } = await post('/api/team/invitations/look', { token })
    return {
      title: `Join ${team} as ${email}`,
      fields: hasAccount ? ['currentPassword'] : ['name', 'password'],
      button: 'Join the team',
      run: async ({ name, password, currentPassword }) => {
        const person = hasAccount ? { password: currentPassword } : { name, password }
        await post('/api/team/invitations/accept', { token, ...person })
        return `You are a member of ${team}. You can sign in now.`
      },
    }
  },
}

/** @param {string} tag @param {Record<string, string>} [attributes] @param {string} [text] */
function element(tag, attributes = {}, text = '') {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.textContent = text
  return made
}

/** @param {string} name */
function field(name) {
  const { label, type, autocomplete } = FIELDS[name]
  const input = element('input', { name, type, autocomplete, required: '', id: name })
  const row = element('p')
  row.append(element('label', { for: name }, label), input)
  return row
}

/** @param {Step} step */
function show(step) {
  document.title = step.title
  const form = element('form')
  const said = element('p', { role: 'status' })
  const button = element('button', { type: 'submit' }, step.button)
  form.append(...step.fields.map(field), button)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    said.removeAttribute('class')
    said.textContent = ''
    try {
      said.textContent = await step.run(Object.fromEntries(new FormData(form)))
      form.remove()
    } catch (error) {
      said.className = 'wrong'
      said.textContent = error.message
      button.disabled = false
    }
  })
  main.replaceChildren(element('h1', {}, step.title), form, said)
}

try {
  show(await STEPS[location.pathname.split('/').pop()]())
} catch (error) {
  main.replaceChildren(
    element('h1', {}, 'This link does not work'),
    element('p', { class: 'wrong', role: 'status' }, error.message),
  )
}
