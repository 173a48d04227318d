import { clipped } from '../../../meta/clipped.ts'
import { asRecord, present } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/** A cart from the catalogue: `{ catalog_id, text?, product_items: [{ product_retailer_id, quantity, item_price, currency }] }`. */
export const readOrder: KindReader = (body) => {
  const order = asRecord(body)
  return order === undefined ? undefined : { kind: 'order', order, ...present({ text: clipped(order.text) }) }
}
