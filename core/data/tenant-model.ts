import { Model, type ModelClass, type QueryBuilderType, type QueryContext } from 'objection'
import { ParleyError } from '../plugin/errors.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'

/**
 * Base of every objection model. Attributes are named as their columns (snake_case, no name mapper): what a query says
 * is what a row has. Fields are declared with `declare`, so that they exist for the compiler only. Times are set by the
 * caller from the kernel's clock; nothing here reads a clock. Columns of type jsonb are listed in `jsonAttributes`
 * (otherwise pg would send arrays as Postgres arrays).
 *
 *     class Note extends TenantModel {
 *       static override tableName = 'notes.note'
 *       static override jsonAttributes = ['labels']
 *       declare text: string
 *       declare labels: string[]
 *     }
 *     await Note.in(uow).insert({ id: newId(), text: 'x', labels: [] })
 */
export class TenantModel extends Model {
  static override idColumn: string | string[] = 'id'

  declare tenant_id: string
  declare id: string

  /**
   * A query in the unit of work. Row-level security keeps it inside the tenant anyway; the condition is added for the
   * planner, and the tenant id is filled in on insert.
   */
  // biome-ignore-start lint/complexity/noThisInStatic: `this` is the subclass that is asked
  static in<M extends TenantModel>(this: new () => M, uow: UnitOfWork): QueryBuilderType<M> {
    const model = this as unknown as ModelClass<M>
    return model
      .query(uow.trx)
      .context({ tenantId: uow.tenantId })
      .onBuild((builder) => {
        if (!builder.isInsert()) builder.where(`${builder.tableRefFor(model)}.tenant_id`, uow.tenantId)
      })
  }
  // biome-ignore-end lint/complexity/noThisInStatic: as above

  override $beforeInsert(context: QueryContext): void {
    const tenantId: string | undefined = context.tenantId
    if (tenantId === undefined) {
      throw new ParleyError(
        'tenant.missing',
        `${this.constructor.name} is inserted with ${this.constructor.name}.in(uow) only.`,
      )
    }
    if (this.tenant_id !== undefined && this.tenant_id !== tenantId) {
      throw new ParleyError(
        'tenant.foreign',
        `${this.constructor.name} carries another tenant's id than its unit of work.`,
      )
    }
    this.tenant_id = tenantId
  }
}
