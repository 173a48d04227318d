import { AssignTag, type Context, Value } from 'liquidjs'

/** `assign` that wants its variable: Liquid's own lets an absent one pass, and the error would name the new name instead. */
export class StrictAssign extends AssignTag {
  override *render(context: Context): Generator<unknown, void, unknown> {
    const [name] = this.localScope()
    const [value] = this.arguments()
    if (name !== undefined && value instanceof Value)
      (context.bottom() as Record<string, unknown>)[name.content] = yield value.value(context, false)
  }
}
