import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import Joi from 'joi'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import { checkRing, KEY_BYTES, parseKey, type RingKey } from './parse-keys.ts'

interface KeyFile {
  readonly keys: readonly { readonly id: string; readonly key: string }[]
}

const fileSchema: Joi.ObjectSchema<KeyFile> = Joi.object({
  keys: Joi.array()
    .items(Joi.object({ id: Joi.string().required(), key: Joi.string().required() }))
    .min(1)
    .required(),
})

/**
 * The ring of `<home>/keys.json`, made with one random key when there is none. Several processes may start at once: the file
 * is written aside and linked into place, so that exactly one wins and all read the same bytes.
 */
export async function openKeyFile(home: string): Promise<RingKey[]> {
  const path = join(home, 'keys.json')
  return (await readKeys(path)) ?? (await createKeys(home, path))
}

async function createKeys(home: string, path: string): Promise<RingKey[]> {
  await mkdir(home, { recursive: true })
  const key = randomBytes(KEY_BYTES)
  const content: KeyFile = { keys: [{ id: randomBytes(4).toString('hex'), key: key.toString('base64') }] }
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const file = await open(aside, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(content, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(aside, path)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw unreadable(path, error)
  } finally {
    await rm(aside, { force: true })
  }
  const keys = await readKeys(path)
  if (keys === undefined) throw unreadable(path, new Error('it vanished after it was written'))
  return keys
}

async function readKeys(path: string): Promise<RingKey[] | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw unreadable(path, error)
  }
  const { keys } = parseFile(text, path)
  return checkRing(
    keys.map(({ id, key }, index) => parseKey(id, key, `${path}: key ${index + 1}`)),
    path,
  )
}

/** JSON.parse quotes the text it fails on, and this text is secret: neither its message nor its cause is passed on. */
function parseFile(text: string, path: string): KeyFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new ParleyError('secrets.keys-invalid', `${path}: expected JSON { "keys": [{ "id", "key" }] }, got no JSON.`)
  }
  const { error, value } = fileSchema.validate(json)
  if (error !== undefined)
    throw new ParleyError(
      'secrets.keys-invalid',
      `${path}: expected { "keys": [{ "id", "key" }] }; wrong at ${error.details[0]?.path.join('.') || 'the top'}.`,
    )
  return value
}

function unreadable(path: string, cause: unknown): ParleyError {
  return new ParleyError('secrets.keys-unreadable', `The key ring ${path} cannot be used: ${reasonOf(cause)}`, {
    cause,
  })
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
