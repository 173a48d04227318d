import semver from 'semver'
import { compareReports } from './compare.ts'
import type { Entry } from './extract.ts'
import { type Reports, readReports } from './reports.ts'

export interface Change {
  /** Of core, as its package.json says it now. */
  readonly version: string
  /** core is still `private`: nobody outside has built against it. */
  readonly unpublished: boolean
  readonly released: string | undefined
  readonly current: Reports
}

/** Reports that are not what the sources say. */
export function faultsOfReports(committed: Reports, current: Reports): readonly string[] {
  return (Object.keys(current) as Entry[])
    .filter((entry) => committed[entry] !== current[entry])
    .map((entry) => {
      const { breaking, additive } = compareReports(committed[entry], current[entry])
      const shown = [...breaking, ...additive].slice(0, 10).map((line) => `\n  ${line}`)
      return `The public API changed and core/api/${entry}.api.md does not say so. Run "npm run api", read the change, commit it.${shown.join('')}`
    })
}

/** A change since the release that core's version does not own up to. */
export async function faultsOfChange(change: Change): Promise<readonly string[]> {
  const { version, released, unpublished } = change
  if (released === undefined) return []
  const { breaking, additive } = differences(await readReports(released), change.current)
  const advice = unpublished
    ? ` It was never published, so the release may be taken anew: "npm run api -- --release".`
    : ''
  const lines = (said: readonly string[]) => said.map((line) => `\n  ${line}`).join('')
  if (breaking.length > 0 && semver.major(version) <= semver.major(released))
    return [
      `This breaks who built against @parley/core ${released}, and ${version} is no new major version.${advice}${lines(breaking)}`,
    ]
  const grown = semver.major(version) > semver.major(released) || semver.minor(version) > semver.minor(released)
  if (additive.length > 0 && !grown)
    return [`This adds to @parley/core ${released}, and ${version} is no new minor version.${advice}${lines(additive)}`]
  return []
}

/** What is published cannot be taken back: a release is taken anew only before. */
export async function faultsOfRelease(change: Change): Promise<readonly string[]> {
  const { version, released, unpublished } = change
  if (unpublished || released === undefined) return []
  if (semver.lte(version, released))
    return [`${released} is released; a new release has a version above it, not ${version}`]
  return faultsOfChange(change)
}

function differences(before: Reports, after: Reports) {
  const all = (Object.keys(after) as Entry[]).map((entry) => compareReports(before[entry], after[entry]))
  return { breaking: all.flatMap(({ breaking }) => breaking), additive: all.flatMap(({ additive }) => additive) }
}
