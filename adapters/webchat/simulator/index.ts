import { setTimeout as wait } from 'node:timers/promises'
import { ParleyError } from '@parley/core'
import Joi from 'joi'
import { HttpVisitor } from './http-visitor.ts'

/** How long to wait for an answer: asks this often, this many times. */
const EVERY_MS = 200
const TIMES = 100

interface Demo {
  readonly baseUrl: string
  readonly webchat: { readonly channelId: string }
}

const demoSchema: Joi.ObjectSchema<Demo> = Joi.object({
  baseUrl: Joi.string().uri().required(),
  webchat: Joi.object({ channelId: Joi.string().uuid().required() }).unknown(true).required(),
}).unknown(true)

/**
 * `parley simulate webchat "text" …`: a new visitor of the running demo who writes each text and prints what comes back.
 * `print` is where the lines go.
 */
export default async function simulate(
  texts: readonly string[],
  demo: unknown,
  print: (line: string) => void = console.log,
): Promise<void> {
  const { value, error } = demoSchema.validate(demo)
  if (error !== undefined) {
    throw new ParleyError('webchat.no-demo', `The demo's web chat cannot be found in demo.json: ${error.message}.`)
  }
  const visitor = await HttpVisitor.arrive(value.baseUrl, value.webchat.channelId)
  for (const text of texts) {
    await visitor.say(text)
    print(`→ ${text}`)
  }
  if (!(await printAnswers(visitor, print))) print(`(no answer within ${(EVERY_MS * TIMES) / 1000} seconds)`)
}

/** Prints what comes until there is an answer of the other side. */
async function printAnswers(visitor: HttpVisitor, print: (line: string) => void): Promise<boolean> {
  for (let i = 0; i < TIMES; i++) {
    const answers = (await visitor.read()).filter(({ from }) => from === 'us')
    for (const { text, kind, media } of answers) print(`← ${text || media?.fileName || `[${kind}]`}`)
    if (answers.length > 0) return true
    await wait(EVERY_MS)
  }
  return false
}
