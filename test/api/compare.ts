import { type Declaration, declarationsOf } from './declarations.ts'
import { grew } from './grew.ts'

export interface Difference {
  readonly breaking: readonly string[]
  readonly additive: readonly string[]
}

/**
 * What a new report means for who built against an old one. On the safe side: what cannot be shown to be an addition is
 * breaking. Additions are: a declaration; an optional member or parameter, at any depth; any member of a constant, a class or what is `@sealed`; an
 * alternative of a union (who reads kinds and states keeps a branch for those to come).
 */
export function compareReports(before: string, after: string): Difference {
  const [old, now] = [declarationsOf(before), declarationsOf(after)]
  const breaking: string[] = []
  const additive: string[] = []
  for (const [name, declaration] of old) {
    const next = now.get(name)
    if (next === undefined) breaking.push(`${name} is gone`)
    else compareOne(declaration, next, breaking, additive)
  }
  for (const name of now.keys()) if (!old.has(name)) additive.push(`${name} is new`)
  return { breaking, additive }
}

function compareOne(old: Declaration, next: Declaration, breaking: string[], additive: string[]): void {
  const { name } = old
  if (old.sort !== next.sort || old.head !== next.head) {
    breaking.push(`${name} was "${old.head || old.sort}" and is "${next.head || next.sort}"`)
    return
  }
  const gone = old.parts.filter((part) => !next.parts.includes(part))
  const come = next.parts.filter((part) => !old.parts.includes(part))
  for (const part of gone) if (!come.some((one) => grew(part, one))) breaking.push(`${name} no longer has: ${part}`)
  for (const part of come) {
    const added = gone.some((one) => grew(one, part)) || mayGrow(next, part)
    const list = added ? additive : breaking
    list.push(`${name} has now: ${part}`)
  }
}

function mayGrow({ sort, sealed }: Declaration, part: string): boolean {
  if (sort !== 'interface') return sort !== 'function' && sort !== 'export'
  return sealed || /^(readonly )?[\w$]+\?/.test(part)
}
