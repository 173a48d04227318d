import { randomBytes } from 'node:crypto'

/** `t4f0c1a.`: for the topics and groups of one suite, as the broker is shared with others and may outlive the run. */
export function newPrefix(): string {
  return `t${randomBytes(3).toString('hex')}.`
}
