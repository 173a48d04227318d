import { escapeHtml } from '@parley/core'

/** Every mail of this room. */
export type MailKind =
  | 'verify-email'
  | 'reset-password'
  | 'password-changed'
  | 'second-factor-changed'
  | 'address-taken'
  | 'invitation'

export interface MailFacts {
  readonly name: string
  /** Where the button leads; none on notices. */
  readonly link?: string
  readonly team?: string
  readonly inviter?: string
}

interface Words {
  readonly subject: string
  readonly lines: readonly string[]
  readonly button?: string
}

/** What goes out: text for every reader, HTML for those who show it. Whatever a person wrote is escaped in it. */
export function mailOf(kind: MailKind, facts: MailFacts): { subject: string; text: string; html: string } {
  const { subject, lines, button } = wordsOf(kind, facts)
  const greeting = facts.name === '' ? 'Hello,' : `Hello ${facts.name},`
  const link = button === undefined ? undefined : facts.link
  const text = [greeting, ...lines, ...(link === undefined ? [] : [link])].join('\n\n')
  const paragraphs = [greeting, ...lines].map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')
  const anchor = link === undefined ? '' : `\n<p><a href="${escapeHtml(link)}">${escapeHtml(button ?? '')}</a></p>`
  return {
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en">\n<body>\n${paragraphs}${anchor}\n</body>\n</html>\n`,
  }
}

function wordsOf(kind: MailKind, { team = '', inviter = '' }: MailFacts): Words {
  switch (kind) {
    case 'verify-email':
      return {
        subject: 'Confirm your email address',
        lines: ['Please confirm that this address is yours.', 'If you did not register, ignore this mail.'],
        button: 'Confirm the address',
      }
    case 'reset-password':
      return {
        subject: 'Choose a new password',
        lines: [
          'Somebody asked for a new password for your account. The link works once, for an hour.',
          'If that was not you, ignore this mail: your password stays as it is.',
        ],
        button: 'Choose a password',
      }
    case 'password-changed':
      return {
        subject: 'Your password was changed',
        lines: ['Your password was changed, and other devices were signed out.', 'If that was not you, reset it now.'],
      }
    case 'second-factor-changed':
      return {
        subject: 'Two-step sign-in was changed',
        lines: [
          'Two-step sign-in of your account was switched on or off, or has new recovery codes.',
          'If that was not you, reset your password now.',
        ],
      }
    case 'address-taken':
      return {
        subject: 'You have an account already',
        lines: ['Somebody tried to register with your address. You have an account: sign in, or reset your password.'],
      }
    case 'invitation':
      return {
        subject: inviter === '' ? `You are invited to ${team}` : `${inviter} invites you to ${team}`,
        lines: [`You are invited to work with ${team}. The link works once, for three days.`],
        button: 'Join the team',
      }
  }
}
