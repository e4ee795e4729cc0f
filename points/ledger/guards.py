"""What the database itself promises about the ledger, as SQL for the migration.

It is kept apart from the models' migration, so that the tests can name it and readers find it.
"""

from __future__ import annotations

# A column of a running sum may be written by a trigger alone: its depth is then 2 or more.
_RUNNING_SUMS = """
CREATE FUNCTION points_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.balance = 0 THEN RETURN NEW; END IF;
  ELSIF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND to_jsonb(NEW) - 'balance' = to_jsonb(OLD) - 'balance' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'table points_account is written by its entries: % refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER points_account_row BEFORE INSERT OR UPDATE OR DELETE ON points_account
  FOR EACH ROW EXECUTE FUNCTION points_account_guard();
CREATE TRIGGER points_account_truncate BEFORE TRUNCATE ON points_account
  FOR EACH STATEMENT EXECUTE FUNCTION points_account_guard();

CREATE FUNCTION points_lot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND to_jsonb(NEW) - 'left' = to_jsonb(OLD) - 'left' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'table points_lot is written by its allocations: % refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER points_lot_row BEFORE UPDATE OR DELETE ON points_lot
  FOR EACH ROW EXECUTE FUNCTION points_lot_guard();
CREATE TRIGGER points_lot_truncate BEFORE TRUNCATE ON points_lot
  FOR EACH STATEMENT EXECUTE FUNCTION points_lot_guard();
"""

# The parts of a transaction are written in the one change that wrote the transaction, and never later.
_PARTS = """
CREATE FUNCTION points_transaction_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.xact := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER points_transaction_opened BEFORE INSERT ON points_transaction
  FOR EACH ROW EXECUTE FUNCTION points_transaction_opened();

CREATE FUNCTION points_part_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM points_transaction
    WHERE id = NEW.transaction_id AND xact = pg_current_xact_id()::text::bigint;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'points transaction % is closed', NEW.transaction_id USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_TABLE_NAME = 'points_entry' THEN
    UPDATE points_account SET balance = balance + NEW.amount
      WHERE id = NEW.account_id AND kind IN ('budget', 'holder', 'reserve');
  ELSIF TG_TABLE_NAME = 'points_allocation' THEN
    UPDATE points_lot SET "left" = "left" - NEW.amount WHERE id = NEW.lot_id;
  ELSIF NEW."left" <> NEW.amount THEN
    RAISE EXCEPTION 'a new lot is whole' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER points_part_added AFTER INSERT ON points_entry
  FOR EACH ROW EXECUTE FUNCTION points_part_added();
CREATE TRIGGER points_part_added AFTER INSERT ON points_allocation
  FOR EACH ROW EXECUTE FUNCTION points_part_added();
CREATE TRIGGER points_part_added AFTER INSERT ON points_lot
  FOR EACH ROW EXECUTE FUNCTION points_part_added();
"""

# At the commit: it balances, it moves what it says, between the kinds of accounts that its kind is for, within its
# district; what undoes another is its mirror; and the lots of each holder move as their entries do.
_BALANCE = """
CREATE FUNCTION points_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  tx bigint;
  total bigint;
  moved bigint;
  way text;
  own points_transaction;
BEGIN
  tx := (to_jsonb(NEW) ->> CASE WHEN TG_TABLE_NAME = 'points_transaction' THEN 'id' ELSE 'transaction_id' END)::bigint;
  SELECT * INTO STRICT own FROM points_transaction WHERE id = tx;
  SELECT sum(e.amount), sum(e.amount) FILTER (WHERE e.amount > 0),
      string_agg(a.kind, '>' ORDER BY e.amount) FILTER (WHERE a.district_id = own.district_id)
    INTO total, moved, way
    FROM points_entry e JOIN points_account a ON a.id = e.account_id WHERE e.transaction_id = tx;
  IF total IS DISTINCT FROM 0 OR own.points IS DISTINCT FROM moved THEN
    RAISE EXCEPTION 'points transaction % does not balance (sum %, moved %)', tx, total, moved
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  IF own.undoes_id IS NULL AND way IS DISTINCT FROM (CASE own.kind
      WHEN 'fund' THEN 'issue>budget' WHEN 'move' THEN 'budget>budget' WHEN 'give_back' THEN 'budget>issue'
      WHEN 'award' THEN 'budget>holder' WHEN 'spend' THEN 'holder>shop' WHEN 'expire' THEN 'holder>expired'
      WHEN 'merge' THEN 'holder>holder' WHEN 'set_aside' THEN 'budget>reserve' WHEN 'release' THEN 'reserve>budget'
      WHEN 'cover' THEN 'reserve>shop' END) THEN
    RAISE EXCEPTION 'points transaction % (%) does not go %', tx, own.kind, way
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  IF own.undoes_id IS NOT NULL AND (
    NOT EXISTS (
      SELECT FROM points_transaction WHERE id = own.undoes_id AND district_id = own.district_id
        AND kind = ANY (CASE own.kind WHEN 'cancel' THEN '{spend}' ELSE '{award,fund,move,give_back}' END::text[])
    ) OR EXISTS (
      SELECT FROM points_entry WHERE transaction_id IN (tx, own.undoes_id)
        GROUP BY account_id HAVING sum(amount) <> 0
    )
  ) THEN
    RAISE EXCEPTION 'points transaction % is no mirror of %', tx, own.undoes_id
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  IF EXISTS (
    SELECT FROM (
      SELECT e.account_id, e.amount::bigint FROM points_entry e JOIN points_account a ON a.id = e.account_id
        WHERE e.transaction_id = tx AND a.kind = 'holder'
      UNION ALL SELECT account_id, -amount::bigint FROM points_lot WHERE transaction_id = tx
      UNION ALL SELECT l.account_id, x.amount::bigint FROM points_allocation x JOIN points_lot l ON l.id = x.lot_id
        WHERE x.transaction_id = tx
    ) part GROUP BY account_id HAVING sum(amount) <> 0
  ) THEN
    RAISE EXCEPTION 'points transaction % moves other lots than points', tx
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER points_balances AFTER INSERT ON points_transaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION points_balances();
CREATE CONSTRAINT TRIGGER points_balances AFTER INSERT ON points_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION points_balances();
CREATE CONSTRAINT TRIGGER points_balances AFTER INSERT ON points_lot
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION points_balances();
CREATE CONSTRAINT TRIGGER points_balances AFTER INSERT ON points_allocation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION points_balances();
"""

PROTECT = [_RUNNING_SUMS, _PARTS, _BALANCE]

RELEASE = [
    """
DROP TRIGGER points_balances ON points_allocation;
DROP TRIGGER points_balances ON points_lot;
DROP TRIGGER points_balances ON points_entry;
DROP TRIGGER points_balances ON points_transaction;
DROP FUNCTION points_balances();
DROP TRIGGER points_part_added ON points_lot;
DROP TRIGGER points_part_added ON points_allocation;
DROP TRIGGER points_part_added ON points_entry;
DROP FUNCTION points_part_added();
DROP TRIGGER points_transaction_opened ON points_transaction;
DROP FUNCTION points_transaction_opened();
DROP TRIGGER points_lot_truncate ON points_lot;
DROP TRIGGER points_lot_row ON points_lot;
DROP FUNCTION points_lot_guard();
DROP TRIGGER points_account_truncate ON points_account;
DROP TRIGGER points_account_row ON points_account;
DROP FUNCTION points_account_guard();
"""
]
