"""What the database itself holds: a published notice, and its lines, never change."""

# Place columns may follow a unit that comes under another parent; a notice in force may be replaced by its correction.
PROTECT = """
CREATE FUNCTION points_notice_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  IF TG_OP = 'UPDATE'
     AND to_jsonb(NEW) - ARRAY['state', 'street_id', 'district_id']
       = to_jsonb(OLD) - ARRAY['state', 'street_id', 'district_id']
     AND (NEW.state = OLD.state OR (OLD.state = 'published' AND NEW.state = 'replaced')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a published points notice never changes: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER points_notice_is_frozen BEFORE UPDATE OR DELETE ON points_notice
  FOR EACH ROW EXECUTE FUNCTION points_notice_is_frozen();

CREATE FUNCTION points_noticeline_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  its_state text;
BEGIN
  SELECT state INTO its_state FROM points_notice WHERE id = COALESCE(NEW.notice_id, OLD.notice_id);
  IF TG_OP = 'UPDATE' OR its_state <> 'draft' THEN
    RAISE EXCEPTION 'lines of a points notice never change: % refused', TG_OP USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;

CREATE TRIGGER points_noticeline_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON points_noticeline
  FOR EACH ROW EXECUTE FUNCTION points_noticeline_is_frozen();
"""
RELEASE = """
DROP TRIGGER points_noticeline_is_frozen ON points_noticeline;
DROP FUNCTION points_noticeline_is_frozen();
DROP TRIGGER points_notice_is_frozen ON points_notice;
DROP FUNCTION points_notice_is_frozen();
"""

# From 0006 on the community that looks after a notice may change as well: that of one that closed is its successor's.
_FROZEN = """
CREATE OR REPLACE FUNCTION points_notice_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  IF TG_OP = 'UPDATE'
     AND to_jsonb(NEW) - ARRAY['state', {may}] = to_jsonb(OLD) - ARRAY['state', {may}]
     AND (NEW.state = OLD.state OR (OLD.state = 'published' AND NEW.state = 'replaced')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a published points notice never changes: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
MAY_BE_KEPT_BY_ANOTHER = _FROZEN.format(may="'community_id', 'street_id', 'district_id'")
# Back: each is its own unit's again, before the older rule holds.
KEPT_BY_ITSELF = """
UPDATE points_notice SET community_id = unit_id WHERE community_id <> unit_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
""" + _FROZEN.format(may="'street_id', 'district_id'")
