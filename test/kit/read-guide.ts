import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../pack/compile.ts'

/**
 * What a reader of the guide does, in order: runs lines in a shell (`fails`: which end with an error), writes a file, or holds
 * a conversation with a program: `$ ` starts it, `> ` is typed, any other line is read there.
 */
export type Step =
  | { readonly do: 'run'; readonly lines: readonly string[]; readonly fails: boolean }
  | { readonly do: 'write'; readonly file: string; readonly text: string }
  | { readonly do: 'talk'; readonly lines: readonly string[] }

/** Every fenced block of the page. One that is none of these throws: nothing on the page is for show only. */
export async function readGuide(): Promise<readonly Step[]> {
  const page = await readFile(join(ROOT, 'core/GUIDE.md'), 'utf8')
  return [...page.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, info, text = '']) => {
    const lines = text.trimEnd().split('\n')
    if (language === 'sh') return { do: 'run', lines, fails: info === 'fails' }
    if (language === 'ts' && info !== undefined) return { do: 'write', file: info, text }
    if (language === 'console') return { do: 'talk', lines }
    throw new Error(`the guide has a block of ${language} that nobody can follow`)
  })
}
