from django.db import migrations

# A department stands beside the line: what it leads is an equality on the appeal itself, and only what it assisted in,
# or led once, is "outside". So its list, too, reads an index in order.
OUTSIDE = """
CREATE OR REPLACE FUNCTION appeals_is_outside(unit bigint, appeal bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN u.kind IN ('district', 'street', 'community', 'grid') THEN
      unit IS DISTINCT FROM a.district_id AND unit IS DISTINCT FROM a.street_id
      AND unit IS DISTINCT FROM a.community_id AND unit IS DISTINCT FROM a.grid_id
    ELSE unit IS DISTINCT FROM a.lead_unit_id
  END
  FROM appeals_appeal a, grids_unit u WHERE a.id = appeal AND u.id = unit
$$;
DROP TRIGGER appeals_appeal_moved ON appeals_appeal;
CREATE TRIGGER appeals_appeal_moved AFTER UPDATE OF street_id, community_id, grid_id, lead_unit_id ON appeals_appeal
  FOR EACH ROW WHEN ((OLD.street_id, OLD.community_id, OLD.grid_id, OLD.lead_unit_id)
                     IS DISTINCT FROM (NEW.street_id, NEW.community_id, NEW.grid_id, NEW.lead_unit_id))
  EXECUTE FUNCTION appeals_appeal_moved();
UPDATE appeals_assignment SET is_outside = appeals_is_outside(unit_id, appeal_id)
  WHERE is_outside IS DISTINCT FROM appeals_is_outside(unit_id, appeal_id);
"""
LINE_ALONE = """
CREATE OR REPLACE FUNCTION appeals_is_outside(unit bigint, appeal bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT unit IS DISTINCT FROM a.district_id AND unit IS DISTINCT FROM a.street_id
     AND unit IS DISTINCT FROM a.community_id AND unit IS DISTINCT FROM a.grid_id
  FROM appeals_appeal a WHERE a.id = appeal
$$;
DROP TRIGGER appeals_appeal_moved ON appeals_appeal;
CREATE TRIGGER appeals_appeal_moved AFTER UPDATE OF street_id, community_id, grid_id ON appeals_appeal
  FOR EACH ROW WHEN ((OLD.street_id, OLD.community_id, OLD.grid_id)
                     IS DISTINCT FROM (NEW.street_id, NEW.community_id, NEW.grid_id))
  EXECUTE FUNCTION appeals_appeal_moved();
UPDATE appeals_assignment SET is_outside = appeals_is_outside(unit_id, appeal_id);
"""


class Migration(migrations.Migration):
    dependencies = [("appeals", "0004_scope_by_index")]
    operations = [migrations.RunSQL(OUTSIDE, LINE_ALONE)]
