import { PLUGIN_ID } from '../../kernel/discover.ts'
import { ParleyError } from '../../plugin/errors.ts'

/** Longest that Postgres lets a schema's name be (63), less what stands before it. */
const MAX_LENGTH = 40

/** The word that stands for the new package's name in the templates. */
const WORD = 'acmegram'

/** Throws `new.name` saying what a name looks like. */
export function checkName(name: string): void {
  const wrong =
    name.length > MAX_LENGTH
      ? `it is ${name.length} characters long, and at most ${MAX_LENGTH} fit`
      : PLUGIN_ID.test(name)
        ? undefined
        : 'expected lower-case words joined by hyphens, beginning with a letter: pigeon-post'
  if (wrong !== undefined) throw new ParleyError('new.name', `"${name}" cannot be the name of a package: ${wrong}`)
}

/** `PigeonPost` */
export function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase())
}

/** The templates' word, in every form that it has in code and prose, replaced by the name. */
export function named(text: string, name: string): string {
  const big = pascal(name)
  const camel = `${big.charAt(0).toLowerCase()}${big.slice(1)}`
  return text
    .replaceAll(pascal(WORD), big)
    .replaceAll(`_${WORD}`, `_${name.replaceAll('-', '_')}`)
    .replace(new RegExp(`${WORD}(?=[A-Z])`, 'g'), camel)
    .replaceAll(WORD, name)
}
