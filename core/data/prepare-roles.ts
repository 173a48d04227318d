import { hkdfSync } from 'node:crypto'
import pg from 'pg'
import { ParleyError } from '../plugin/errors.ts'
import { withConnection } from './one-connection.ts'
import { appRole, engineRole } from './roles.ts'
import { asUnavailable } from './unavailable.ts'

/** Advisory lock of all set-up work on one database. */
export const setUpLock = 7_307_219_001

/**
 * Makes the two roles, and takes from everybody what would let SQL switch tenants (`set_config`). Run it before migrating
 * and at every start; it changes nothing when all is in place. Several processes may run it at once.
 *
 * @returns the URL the application logs in with. Its password is derived from the owner's, so every process agrees on
 * it and nothing needs to be stored.
 * @throws ParleyError `database.roles` naming what the login lacks and how to give it
 * @throws UnavailableError when the database cannot be reached
 */
export async function prepareRoles(adminUrl: string): Promise<{ appUrl: string }> {
  const appUrl = applicationUrl(adminUrl)
  const { password } = new URL(appUrl)
  try {
    await withConnection(adminUrl, 'parley-roles', async (client) => {
      await client.query('select pg_advisory_lock($1)', [setUpLock])
      const login = await describeLogin(client)
      await withRaces(() => ensureRoles(client, login, password))
      await harden(client, login)
      if (!(await canLogIn(appUrl))) await withRaces(() => renewPassword(client, login, password))
    })
  } catch (error) {
    throw asUnavailable(error)
  }
  return { appUrl }
}

/** The same server and database, as the application's role. */
export function applicationUrl(adminUrl: string): string {
  const url = new URL(adminUrl)
  const secret = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  const key = hkdfSync('sha256', secret, 'parley', 'parley_app password', 24)
  url.username = appRole
  url.password = Buffer.from(key).toString('base64url')
  return url.href
}

interface Login {
  readonly name: string
  readonly superuser: boolean
  readonly createRole: boolean
  readonly ownsDatabase: boolean
}

async function describeLogin(client: pg.Client): Promise<Login> {
  const { rows } = await client.query<Login>(
    `select current_user as name, rolsuper as superuser, rolsuper or rolcreaterole as "createRole",
            pg_has_role(d.datdba, 'USAGE') as "ownsDatabase"
     from pg_roles r, pg_database d where r.rolname = current_user and d.datname = current_database()`,
  )
  const [login] = rows
  if (login === undefined) throw new ParleyError('database.roles', 'The login has no row in pg_roles.')
  return login
}

async function ensureRoles(client: pg.Client, login: Login, password: string): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
    [appRole, engineRole],
  ])
  const present = new Set(rows.map((row) => row.rolname))
  const missing = [appRole, engineRole].filter((role) => !present.has(role))
  if (missing.length > 0 && !login.createRole) throw missingRoles(login, missing)
  if (!present.has(engineRole)) await client.query(`create role ${engineRole} nologin noinherit`)
  if (!present.has(appRole)) {
    await client.query(`create role ${appRole} login noinherit nocreatedb nocreaterole`)
    await client.query(`alter role ${appRole} password ${client.escapeLiteral(password)}`)
  }
  await refuseStrongApplication(client)
  if (!login.superuser) await joinEngine(client, login)
}

/** A function can only be given to a role that its maker may become. Without INHERIT the membership opens no policy. */
async function joinEngine(client: pg.Client, login: Login): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(`select pg_has_role($1, 'MEMBER') as may`, [engineRole])
  if (rows[0]?.may === true && (await canSet(client))) return
  const options = (await serverVersion(client)) >= 160_000 ? 'with inherit false, set true' : ''
  await client.query(`grant ${engineRole} to ${client.escapeIdentifier(login.name)} ${options}`)
}

async function canSet(client: pg.Client): Promise<boolean> {
  if ((await serverVersion(client)) < 160_000) return true
  const { rows } = await client.query<{ may: boolean }>(`select pg_has_role($1, 'SET') as may`, [engineRole])
  return rows[0]?.may === true
}

async function serverVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
  return Number(rows[0]?.server_version_num)
}

/** Row-level security means nothing for a role that may step over it. */
async function refuseStrongApplication(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ strong: boolean }>(
    `select rolsuper or rolbypassrls or pg_has_role(oid, $2, 'MEMBER') as strong from pg_roles where rolname = $1`,
    [appRole, engineRole],
  )
  if (rows[0]?.strong !== true) return
  throw new ParleyError(
    'database.roles',
    `Role ${appRole} must be NOSUPERUSER NOBYPASSRLS and no member of ${engineRole}; as it is, tenants would see each other's rows.`,
  )
}

/**
 * `set_config()` inside a SELECT could switch the tenant; SET LOCAL, which needs a statement of its own, stays. Only a
 * superuser can take it away, so on managed databases this step is passed over.
 */
async function harden(client: pg.Client, login: Login): Promise<void> {
  if (login.superuser) {
    await client.query('revoke execute on function set_config(text, text, boolean) from public')
  }
  if (login.ownsDatabase) {
    const { rows } = await client.query<{ name: string }>('select quote_ident(current_database()) as name')
    await client.query(`grant connect on database ${rows[0]?.name} to ${appRole}`)
    await client.query(`revoke temporary on database ${rows[0]?.name} from public`)
  }
}

/** The roles belong to the whole server, the lock to one database: two databases set up at once can still collide. */
async function withRaces(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : undefined
      const collided = code === '42710' || code === '23505' || code === 'XX000'
      if (!collided || attempt === 5) throw error
    }
  }
}

/** False when the role has another password: the owner's was changed since, and with it what is derived from it. */
async function canLogIn(appUrl: string): Promise<boolean> {
  try {
    return await withConnection(appUrl, 'parley-roles', async () => true)
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code?.startsWith('28')) return false
    throw error
  }
}

async function renewPassword(client: pg.Client, login: Login, password: string): Promise<void> {
  if (!login.createRole) {
    throw new ParleyError(
      'database.roles',
      `Role ${appRole} refuses the password derived from DATABASE_URL, and "${login.name}" may not change it (no CREATEROLE). Use the URL that the role was made with, or one of an owner with CREATEROLE.`,
    )
  }
  await client.query(`alter role ${appRole} login password ${client.escapeLiteral(password)}`)
}

function missingRoles(login: Login, missing: readonly string[]): ParleyError {
  return new ParleyError(
    'database.roles',
    `DATABASE_URL logs in as "${login.name}", which lacks CREATEROLE, and these roles are missing: ${missing.join(', ')}. Use the URL of the database's owner with CREATEROLE, or have somebody run: CREATE ROLE ${engineRole} NOLOGIN; CREATE ROLE ${appRole} LOGIN NOINHERIT; GRANT ${engineRole} TO "${login.name}" WITH INHERIT FALSE, SET TRUE.`,
    { details: { login: login.name, missing } },
  )
}
