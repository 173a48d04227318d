export interface Mergeable {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly blocked: boolean
}

/** What the target got from the source, so that it can be taken back. */
export interface Taken {
  readonly name: boolean
  readonly attributes: Readonly<Record<string, string>>
  readonly blocked: boolean
}

/** The target keeps what it has; gaps are filled from the source; a block of either holds for both. */
export function takeOver(source: Mergeable, target: Mergeable): { taken: Taken; fields: Mergeable } {
  const gaps = Object.entries(source.attributes).filter(([key]) => target.attributes[key] === undefined)
  const taken: Taken = {
    name: target.name === '' && source.name !== '',
    attributes: Object.fromEntries(gaps),
    blocked: source.blocked && !target.blocked,
  }
  const fields = {
    name: taken.name ? source.name : target.name,
    attributes: { ...target.attributes, ...taken.attributes },
    blocked: source.blocked || target.blocked,
  }
  return { taken, fields }
}

/** The target without what it took, except where somebody changed it since. */
export function giveBack(target: Mergeable, taken: Taken, source: Mergeable): Mergeable {
  const kept = Object.entries(target.attributes).filter(([key, value]) => taken.attributes[key] !== value)
  return {
    name: taken.name && target.name === source.name ? '' : target.name,
    attributes: Object.fromEntries(kept),
    blocked: taken.blocked ? false : target.blocked,
  }
}
