import { type Json, present } from '../../../json.ts'

/** Only what has a value; `undefined` when nothing has. */
export function extraOf(fields: Json): Json | undefined {
  const extra = present(fields)
  return Object.keys(extra).length === 0 ? undefined : extra
}
