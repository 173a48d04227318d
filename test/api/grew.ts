import { split } from './split.ts'

const OPTIONAL = /^(readonly )?[\w$]+\?/
const CLOSES: Readonly<Record<string, string>> = { '{': '}', '(': ')' }

/**
 * Whether a type is the old one with optional things added: members of an object at any depth, parameters after the old
 * ones. Who gave the old one still may, and who read the old one still finds it.
 */
export function grew(old: string, next: string): boolean {
  if (old === next) return true
  const [before, after] = [bracketIn(old), bracketIn(next)]
  if (before === undefined || after === undefined || before.head !== after.head || before.open !== after.open)
    return false
  const inside = before.open === '{' ? membersGrew : parametersGrew
  return inside(before.parts, after.parts) && grew(before.tail, after.tail)
}

function membersGrew(old: readonly string[], next: readonly string[]): boolean {
  const kept = (member: string) => next.some((one) => grew(member, one))
  const added = next.filter((member) => !old.some((one) => grew(one, member)))
  return old.every(kept) && added.every((member) => OPTIONAL.test(member))
}

function parametersGrew(old: readonly string[], next: readonly string[]): boolean {
  const kept = old.every((parameter, index) => grew(parameter, next[index] ?? ''))
  return kept && next.slice(old.length).every((parameter) => OPTIONAL.test(parameter))
}

/** The first bracket of a type: what stands before, in and behind it. */
function bracketIn(text: string) {
  const start = text.search(/[{(]/)
  const open = text[start] ?? ''
  const close = CLOSES[open]
  if (close === undefined) return undefined
  for (let at = start, depth = 0; at < text.length; at += 1) {
    if (text[at] === open) depth += 1
    if (text[at] === close) depth -= 1
    if (depth > 0) continue
    const parts = split(text.slice(start + 1, at), open === '{' ? ';' : ',')
    return { head: text.slice(0, start), open, parts, tail: text.slice(at + 1) }
  }
  return undefined
}
