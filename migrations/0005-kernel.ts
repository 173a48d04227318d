import type { Knex } from 'knex'

/**
 * What the kernel knows of plugins: enabled and set up by tenant, bound providers, crashes and quarantine.
 * `tenant_plugin` is read through an engine function for many tenants at once, as the gate stands before every event.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE parley.tenant_plugin (
      tenant_id uuid NOT NULL REFERENCES parley.tenant (id) ON DELETE CASCADE,
      plugin text NOT NULL,
      -- null: the tenant never decided, and the configuration's default counts
      enabled boolean,
      settings jsonb NOT NULL DEFAULT '{}',
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, plugin)
    );
    CREATE TABLE parley.provider_binding (
      tenant_id uuid NOT NULL REFERENCES parley.tenant (id) ON DELETE CASCADE,
      port text NOT NULL,
      key text NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, port)
    );
    CREATE TABLE parley.plugin_crash (
      id uuid PRIMARY KEY,
      plugin text NOT NULL,
      at timestamptz NOT NULL,
      reason text NOT NULL
    );
    CREATE INDEX plugin_crash_by_plugin ON parley.plugin_crash (plugin, at);
    CREATE TABLE parley.plugin_quarantine (
      plugin text PRIMARY KEY,
      since timestamptz NOT NULL,
      reason text NOT NULL
    );
  `)
  for (const table of ['tenant_plugin', 'provider_binding']) await protect(knex, table)
  await knex.raw(`
    GRANT SELECT, INSERT, UPDATE, DELETE ON parley.plugin_crash, parley.plugin_quarantine TO parley_engine;
    GRANT SELECT ON parley.tenant_plugin, parley.provider_binding TO parley_engine;
    CREATE POLICY engine ON parley.tenant_plugin TO parley_engine USING (true);
    CREATE POLICY engine ON parley.provider_binding TO parley_engine USING (true);
  `)
  await engineFunctions(knex)
}

async function protect(knex: Knex, table: string): Promise<void> {
  await knex.raw(`
    ALTER TABLE parley.${table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE parley.${table} FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON parley.${table} TO parley_app
      USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
      WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
    GRANT SELECT, INSERT, UPDATE, DELETE ON parley.${table} TO parley_app;
  `)
}

async function engineFunctions(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION parley.plugins_of_tenants(tenants uuid[])
      RETURNS TABLE (tenant_id uuid, plugin text, enabled boolean, settings jsonb)
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT p.tenant_id, p.plugin, p.enabled, p.settings FROM parley.tenant_plugin p WHERE p.tenant_id = ANY (tenants)
    $$;

    CREATE FUNCTION parley.record_crash(crash uuid, crashed text, moment timestamptz, why text, since timestamptz, threshold int)
      RETURNS boolean
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE crashes int;
      BEGIN
        INSERT INTO parley.plugin_crash (id, plugin, at, reason) VALUES (crash, crashed, moment, why);
        SELECT count(*) INTO crashes FROM parley.plugin_crash c WHERE c.plugin = crashed AND c.at >= since;
        IF crashes < threshold THEN RETURN false; END IF;
        INSERT INTO parley.plugin_quarantine (plugin, since, reason)
          VALUES (crashed, moment, format('it ended the process %s times, last: %s', crashes, why))
          ON CONFLICT (plugin) DO NOTHING;
        RETURN true;
      END
    $$;

    CREATE FUNCTION parley.quarantined_plugins() RETURNS TABLE (plugin text, since timestamptz, reason text)
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT q.plugin, q.since, q.reason FROM parley.plugin_quarantine q
    $$;

    CREATE FUNCTION parley.lift_quarantine(held text) RETURNS boolean
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE lifted boolean;
      BEGIN
        DELETE FROM parley.plugin_quarantine q WHERE q.plugin = held;
        lifted := FOUND;
        DELETE FROM parley.plugin_crash c WHERE c.plugin = held;
        RETURN lifted;
      END
    $$;
  `)
  const functions = [
    'plugins_of_tenants(uuid[])',
    'record_crash(uuid, text, timestamptz, text, timestamptz, int)',
    'quarantined_plugins()',
    'lift_quarantine(text)',
  ]
  for (const name of functions) {
    await knex.raw(`ALTER FUNCTION parley.${name} OWNER TO parley_engine`)
    await knex.raw(`REVOKE ALL ON FUNCTION parley.${name} FROM PUBLIC`)
    await knex.raw(`GRANT EXECUTE ON FUNCTION parley.${name} TO parley_app`)
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP FUNCTION parley.plugins_of_tenants(uuid[]);
    DROP FUNCTION parley.record_crash(uuid, text, timestamptz, text, timestamptz, int);
    DROP FUNCTION parley.quarantined_plugins();
    DROP FUNCTION parley.lift_quarantine(text);
    DROP TABLE parley.plugin_quarantine, parley.plugin_crash, parley.provider_binding, parley.tenant_plugin;
  `)
}
