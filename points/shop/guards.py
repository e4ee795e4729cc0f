"""What the database itself promises about the stock, as SQL for the migration."""

from __future__ import annotations

# What is left of goods may be written by the moves' trigger alone: the depth is then 2 or more.
PROTECT = """
CREATE FUNCTION points_goods_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW."left" = 0 THEN RETURN NEW; END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF NEW."left" = OLD."left" OR pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'the stock of points_goods is written by its moves: % refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER points_goods_row BEFORE INSERT OR UPDATE OR DELETE ON points_goods
  FOR EACH ROW EXECUTE FUNCTION points_goods_guard();
CREATE TRIGGER points_goods_truncate BEFORE TRUNCATE ON points_goods
  FOR EACH STATEMENT EXECUTE FUNCTION points_goods_guard();

CREATE FUNCTION points_stock_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE points_goods SET "left" = "left" + NEW.amount WHERE id = NEW.goods_id AND keeps_stock;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'points goods % keep no stock', NEW.goods_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER points_stock_moved AFTER INSERT ON points_stockmove
  FOR EACH ROW EXECUTE FUNCTION points_stock_moved();
"""

RELEASE = """
DROP TRIGGER points_stock_moved ON points_stockmove;
DROP FUNCTION points_stock_moved();
DROP TRIGGER points_goods_truncate ON points_goods;
DROP TRIGGER points_goods_row ON points_goods;
DROP FUNCTION points_goods_guard();
"""
