import type { Json } from '../../../json.ts'
import type { Reading } from '../../../reading.ts'
import type { Place } from '../place.ts'

/** Reads `element[<kind>]`; an empty object where that was none. At least one reading: nothing is dropped. */
export type ElementReader = (body: Json, place: Place) => readonly Reading[]
