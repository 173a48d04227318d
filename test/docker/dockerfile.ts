import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser, type Instruction, type ModifiableInstruction } from 'dockerfile-ast'

export const root = join(import.meta.dirname, '..', '..')

export const dockerfileText = readFileSync(join(root, 'docker', 'Dockerfile'), 'utf8')

/** One instruction, with its arguments as the builder sees them. */
export interface Step {
  readonly keyword: string
  /** Without flags; line continuations joined. */
  readonly args: readonly string[]
  /** `--from=dependencies` → `{ from: 'dependencies' }` */
  readonly flags: Readonly<Record<string, string>>
  /** The arguments as written, for RUN. */
  readonly text: string
  /** The exec form's strings; undefined for the shell form. */
  readonly exec: readonly string[] | undefined
}

/** The Dockerfile's stages in order, each beginning with its FROM. */
export function stages(text: string = dockerfileText): readonly (readonly Step[])[] {
  const found: Step[][] = []
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const step = stepOf(instruction)
    if (step.keyword === 'FROM') found.push([])
    found.at(-1)?.push(step)
  }
  return found
}

function stepOf(instruction: Instruction): Step {
  const args = instruction.getArguments().map((argument) => argument.getValue())
  const flags = 'getFlags' in instruction ? (instruction as ModifiableInstruction).getFlags() : []
  const text = args.join(' ')
  return {
    keyword: instruction.getKeyword().toUpperCase(),
    args,
    flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ''])),
    text,
    exec: execForm(text),
  }
}

/** Also of HEALTHCHECK, whose command stands behind the word CMD. */
function execForm(text: string): readonly string[] | undefined {
  const list = text.replace(/^CMD /, '')
  return list.startsWith('[') ? JSON.parse(list) : undefined
}

/** The last instruction of this kind in a stage. */
export function last(stage: readonly Step[] | undefined, keyword: string): Step {
  const step = stage?.findLast((one) => one.keyword === keyword)
  if (step === undefined) throw new Error(`the Dockerfile has no ${keyword}`)
  return step
}
