-- Row security from the claims of the asker's token. They are set for one transaction (SET LOCAL request.jwt.claims), so a
-- pooled connection cannot keep them; without claims, or with empty ones, there are no rows and no error.
do $$ begin
    if not exists (select from pg_roles where rolname = 'nlq_reader') then create role nlq_reader nologin; end if;
    if not exists (select from pg_roles where rolname = 'nlq_federation') then create role nlq_federation nologin; end if;
end $$;

create function nlq.claims() returns jsonb language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;
create function nlq.claim_org() returns text language sql stable parallel safe
    as $$ select nlq.claims() ->> 'org_id' $$;
-- "*" means every region; a list means those; anything else means none.
create function nlq.every_region() returns boolean language sql stable parallel safe
    as $$ select coalesce(nlq.claims() -> 'regions' = '"*"'::jsonb, false) $$;
create function nlq.claim_regions() returns text[] language sql stable parallel safe
    as $$ select case when jsonb_typeof(nlq.claims() -> 'regions') = 'array'
        then array(select jsonb_array_elements_text(nlq.claims() -> 'regions')) else array[]::text[] end $$;

-- The calls stand in sub-selects so that each is made once a query, not once a row.
alter table scout.dim_store enable row level security, force row level security;
create policy reader on scout.dim_store for select to nlq_reader using (
    org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or region = any ((select nlq.claim_regions())::text[])));

alter table scout.silver_transactions_cleaned enable row level security, force row level security;
create policy reader on scout.silver_transactions_cleaned for select to nlq_reader using (
    org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or region = any ((select nlq.claim_regions())::text[])));

-- Lines and customers carry no region of their sale: a visible sale must name them. (Its own policy holds inside.)
alter table scout.silver_transaction_items enable row level security, force row level security;
create policy reader on scout.silver_transaction_items for select to nlq_reader using (
    org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or exists (
        select from scout.silver_transactions_cleaned as t
        where t.org_id = silver_transaction_items.org_id and t.transaction_id = silver_transaction_items.transaction_id)));

alter table scout.dim_customer enable row level security, force row level security;
create policy reader on scout.dim_customer for select to nlq_reader using (
    org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or exists (
        select from scout.silver_transactions_cleaned as t
        where t.org_id = dim_customer.org_id and t.customer_id = dim_customer.customer_id)));

-- Raw records have no policy for anybody: row security without one shows no row.
alter table scout.bronze_ingestion_batches enable row level security, force row level security;
alter table scout.bronze_transactions_raw enable row level security, force row level security;
alter table scout.bronze_dead_letters enable row level security, force row level security;

-- Trino reads the hot tier for every tenant under an account of its own, which sees published tables only; the asker's rows
-- are picked by the guard. The owner loads, and refreshes materialized views.
do $$
declare name text;
begin
    foreach name in array array['dim_store', 'dim_customer', 'silver_transactions_cleaned', 'silver_transaction_items'] loop
        execute format('create policy federation on scout.%I for select to nlq_federation using (true)', name);
        execute format('create policy owner on scout.%I to %I using (true) with check (true)', name, current_user);
    end loop;
    foreach name in array array['bronze_ingestion_batches', 'bronze_transactions_raw', 'bronze_dead_letters'] loop
        execute format('create policy owner on scout.%I to %I using (true) with check (true)', name, current_user);
    end loop;
end $$;
