"""The trail is append-only for everybody who comes through SQL: only the sealer may number an event, once."""

from django.db import migrations

GUARD = """
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'audit events are never deleted';
  END IF;
  IF OLD.number IS NOT NULL
     OR (to_jsonb(NEW) - 'number' - 'previous' - 'digest') <> (to_jsonb(OLD) - 'number' - 'previous' - 'digest') THEN
    RAISE EXCEPTION 'audit events are never altered';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_guard_row BEFORE UPDATE OR DELETE ON core_auditevent
  FOR EACH ROW EXECUTE FUNCTION audit_guard();
"""

UNGUARD = """
DROP TRIGGER audit_guard_row ON core_auditevent;
DROP FUNCTION audit_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
