-- Deals. Every table carries its tenant, and no row refers to another tenant's: foreign keys begin with the tenant.
-- What happened is only ever added: history, transactions, commissions, ledger and audit cannot be changed by the role that serves requests.

-- The role that serves requests. It owns nothing, so row-level security holds for it; roles belong to the whole server, hence the care.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'teraffi_desk') THEN
    CREATE ROLE teraffi_desk NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this server was quicker
END $$;
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'teraffi_desk', 'MEMBER') THEN
    EXECUTE format('GRANT teraffi_desk TO %I', current_user);
  END IF;
END $$;

CREATE TABLE partnerships (
  tenant_id            text        NOT NULL CHECK (tenant_id <> ''),
  id                   text        NOT NULL DEFAULT gen_random_uuid()::text,
  title                text        NOT NULL,
  total_value_minor    bigint      NOT NULL DEFAULT 0 CHECK (total_value_minor >= 0),
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  commission_rate_ppm  integer     NOT NULL CHECK (commission_rate_ppm BETWEEN 0 AND 1000000),
  stage                text        NOT NULL DEFAULT 'discovery' CHECK (stage IN
    ('discovery', 'initial_contact', 'negotiation', 'contract_review', 'execution', 'performance_tracking', 'completion')),
  status               text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'on_hold', 'completed', 'declined', 'cancelled')),
  version              integer     NOT NULL DEFAULT 1,
  created_by           text        NOT NULL,
  created_at           timestamptz NOT NULL DEFAULT now(),
  updated_at           timestamptz NOT NULL DEFAULT now(),
  stage_since          timestamptz NOT NULL DEFAULT now(), -- of the stage or the status, whichever changed last
  closed_at            timestamptz,
  CHECK ((closed_at IS NOT NULL) = (status IN ('completed', 'declined', 'cancelled'))),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX partnerships_newest ON partnerships (tenant_id, created_at DESC, id DESC);

CREATE TABLE partnership_members (
  tenant_id       text     NOT NULL,
  partnership_id  text     NOT NULL,
  member_id       text     NOT NULL,
  role            text     NOT NULL CHECK (role IN ('initiator', 'partner', 'agency')),
  permissions     text[]   NOT NULL DEFAULT '{}',
  place           smallint NOT NULL, -- in the order in which they were named
  PRIMARY KEY (tenant_id, partnership_id, member_id),
  FOREIGN KEY (tenant_id, partnership_id) REFERENCES partnerships
);
CREATE INDEX partnership_members_member ON partnership_members (tenant_id, member_id);

CREATE TABLE partnership_stage_history (
  tenant_id       text        NOT NULL,
  partnership_id  text        NOT NULL,
  version         integer     NOT NULL, -- that the partnership had afterwards
  from_stage      text,                 -- null: it began
  to_stage        text        NOT NULL,
  from_status     text,
  to_status       text        NOT NULL,
  reason          text,
  actor_id        text        NOT NULL,
  at              timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, partnership_id, version),
  FOREIGN KEY (tenant_id, partnership_id) REFERENCES partnerships
);

CREATE TABLE partnership_milestones (
  tenant_id       text        NOT NULL,
  id              text        NOT NULL DEFAULT gen_random_uuid()::text,
  partnership_id  text        NOT NULL,
  title           text        NOT NULL,
  due_date        date,
  status          text        NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'in_progress', 'completed', 'cancelled')),
  created_at      timestamptz NOT NULL DEFAULT now(),
  completed_at    timestamptz,
  CHECK ((completed_at IS NOT NULL) = (status = 'completed')),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, partnership_id) REFERENCES partnerships
);
CREATE INDEX partnership_milestones_of ON partnership_milestones (tenant_id, partnership_id);

CREATE TABLE transactions (
  tenant_id       text        NOT NULL,
  id              text        NOT NULL DEFAULT gen_random_uuid()::text,
  partnership_id  text        NOT NULL,
  type            text        NOT NULL CHECK (type IN ('payment', 'refund')),
  status          text        NOT NULL DEFAULT 'settled' CHECK (status = 'settled'), -- a payment provider brings the others
  amount_minor    bigint      NOT NULL CHECK (amount_minor > 0),
  currency        text        NOT NULL,
  refund_of       text,
  note            text,
  actor_id        text        NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  CHECK ((type = 'refund') = (refund_of IS NOT NULL)),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, partnership_id) REFERENCES partnerships,
  FOREIGN KEY (tenant_id, refund_of) REFERENCES transactions
);
CREATE INDEX transactions_of ON transactions (tenant_id, partnership_id, created_at);
CREATE INDEX transactions_refunds ON transactions (tenant_id, refund_of);

CREATE TABLE commission_calculations (
  tenant_id                text    NOT NULL,
  transaction_id           text    NOT NULL,
  base_amount_minor        bigint  NOT NULL, -- negative: given back
  commission_rate_ppm      integer NOT NULL,
  commission_amount_minor  bigint  NOT NULL,
  PRIMARY KEY (tenant_id, transaction_id),
  FOREIGN KEY (tenant_id, transaction_id) REFERENCES transactions
);

CREATE TABLE ledger_entries (
  tenant_id       text     NOT NULL,
  transaction_id  text     NOT NULL,
  line            smallint NOT NULL,
  account         text     NOT NULL CHECK (account IN ('clearing', 'payable', 'commission')),
  amount_minor    bigint   NOT NULL, -- positive: debit; negative: credit
  currency        text     NOT NULL,
  PRIMARY KEY (tenant_id, transaction_id, line),
  FOREIGN KEY (tenant_id, transaction_id) REFERENCES transactions
);

-- Whatever the program does, a transaction that is out of balance does not commit.
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM ledger_entries WHERE tenant_id = NEW.tenant_id AND transaction_id = NEW.transaction_id
    GROUP BY currency HAVING sum(amount_minor) <> 0
  ) THEN
    RAISE EXCEPTION 'transaction % is out of balance', NEW.transaction_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_balances AFTER INSERT OR UPDATE ON ledger_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();

-- What a key was answered with. The key is one member's.
CREATE TABLE idempotency_keys (
  tenant_id   text        NOT NULL,
  member_id   text        NOT NULL,
  key         text        NOT NULL,
  request     text        NOT NULL, -- hash of what was asked
  answer      text,                 -- JSON; null only within the transaction that is at work
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, member_id, key)
);

CREATE TABLE audit_logs (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id    text        NOT NULL,
  entity_type  text        NOT NULL,
  entity_id    text        NOT NULL,
  action       text        NOT NULL,
  old_values   jsonb,
  new_values   jsonb,
  actor_id     text        NOT NULL,
  at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_logs_of ON audit_logs (tenant_id, entity_type, entity_id, id);

-- What the graph and the listeners have still to learn, in the order of the ids within one partnership.
CREATE TABLE outbox (
  id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id       text        NOT NULL,
  partnership_id  text        NOT NULL,
  state           jsonb       NOT NULL, -- of the partnership after the change
  event           jsonb,                -- {name, data}, where the change is one that is told
  at              timestamptz NOT NULL DEFAULT now(),
  applied_at      timestamptz,
  attempts        integer     NOT NULL DEFAULT 0,
  next_at         timestamptz NOT NULL DEFAULT now(),
  last_error      text,
  FOREIGN KEY (tenant_id, partnership_id) REFERENCES partnerships
);
CREATE INDEX outbox_waiting ON outbox (tenant_id, partnership_id, id) WHERE applied_at IS NULL;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['partnerships', 'partnership_members', 'partnership_stage_history', 'partnership_milestones', 'transactions',
    'commission_calculations', 'ledger_entries', 'idempotency_keys', 'audit_logs', 'outbox'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO teraffi_desk USING (tenant_id = current_setting(''app.tenant_id'', true))', name);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO teraffi_desk', name);
  END LOOP;
END $$;
GRANT UPDATE ON partnerships, partnership_milestones TO teraffi_desk;
GRANT UPDATE (answer) ON idempotency_keys TO teraffi_desk;
