"""What is sealed or said of a draw stays for everybody who comes through SQL; a result is written once."""

from django.db import migrations

# Of a sealed draw only these change: its state, and what comes after the sealing, each once.
LATER = "state public_value value_entered_by_id value_entered_at value_confirmed_by_id value_confirmed_at"
HELD = "seed protocol result_digest drawn_by_id drawn_at"
ENDED = "ended_at end_reason"


def columns(words: str) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words.split()) + "]"


GUARD = f"""
CREATE FUNCTION draw_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what is sealed is never altered: %', TG_TABLE_NAME;
END $$;
CREATE TRIGGER frozen_pool_guard BEFORE UPDATE OR DELETE ON campaigns_frozenpool
  FOR EACH ROW EXECUTE FUNCTION draw_never();
CREATE TRIGGER pool_version_guard BEFORE UPDATE OR DELETE ON campaigns_poolversion
  FOR EACH ROW EXECUTE FUNCTION draw_never();

CREATE FUNCTION draw_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NULL THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a sealed draw is never deleted';
  END IF;
  IF to_jsonb(NEW) - {columns(f"{LATER} {HELD} {ENDED}")} <> to_jsonb(OLD) - {columns(f"{LATER} {HELD} {ENDED}")} THEN
    RAISE EXCEPTION 'what is sealed of a draw is never altered';
  END IF;
  IF (OLD.value_confirmed_at IS NOT NULL OR OLD.state <> 'published') AND
     to_jsonb(NEW) - {columns(f"state {HELD} {ENDED}")} <> to_jsonb(OLD) - {columns(f"state {HELD} {ENDED}")} THEN
    RAISE EXCEPTION 'a confirmed public value is never altered';
  END IF;
  IF OLD.state <> 'published' AND
     to_jsonb(NEW) - {columns(f"state {ENDED}")} <> to_jsonb(OLD) - {columns(f"state {ENDED}")} THEN
    RAISE EXCEPTION 'the result of a draw is never altered';
  END IF;
  IF OLD.ended_at IS NOT NULL AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
    RAISE EXCEPTION 'a draw that ended is never altered';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
     (('published', 'drawn'), ('published', 'cancelled'), ('published', 'voided'), ('drawn', 'superseded')) THEN
    RAISE EXCEPTION 'a draw does not go from % to %', OLD.state, NEW.state;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER draw_guard_row BEFORE UPDATE OR DELETE ON campaigns_draw
  FOR EACH ROW EXECUTE FUNCTION draw_guard();

CREATE FUNCTION drawn_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (SELECT state FROM campaigns_draw WHERE id = NEW.draw_id) <> 'published' THEN
      RAISE EXCEPTION 'nothing is added to the result of a draw';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'what was drawn is never deleted';
  END IF;
  IF to_jsonb(NEW) - {columns("team is_dropped assignment_id")}
     <> to_jsonb(OLD) - {columns("team is_dropped assignment_id")} THEN
    RAISE EXCEPTION 'what was drawn is never altered';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER drawn_guard_row BEFORE INSERT OR UPDATE OR DELETE ON campaigns_drawntarget
  FOR EACH ROW EXECUTE FUNCTION drawn_guard();

CREATE FUNCTION participant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT published_at FROM campaigns_draw WHERE id = OLD.draw_id) IS NOT NULL AND (
    TG_OP = 'DELETE' OR NEW.draw_id <> OLD.draw_id OR NEW.user_id <> OLD.user_id OR NEW.role <> OLD.role
  ) THEN
    RAISE EXCEPTION 'who takes part in a sealed draw is never altered';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF (OLD.commitment <> '' AND (NEW.commitment, NEW.committed_at) IS DISTINCT FROM (OLD.commitment, OLD.committed_at))
     OR (OLD.value <> '' AND (NEW.value, NEW.revealed_at) IS DISTINCT FROM (OLD.value, OLD.revealed_at)) THEN
    RAISE EXCEPTION 'what a participant said is never altered';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER participant_guard_row BEFORE UPDATE OR DELETE ON campaigns_drawparticipant
  FOR EACH ROW EXECUTE FUNCTION participant_guard();
"""

UNGUARD = """
DROP TRIGGER participant_guard_row ON campaigns_drawparticipant;
DROP TRIGGER drawn_guard_row ON campaigns_drawntarget;
DROP TRIGGER draw_guard_row ON campaigns_draw;
DROP TRIGGER pool_version_guard ON campaigns_poolversion;
DROP TRIGGER frozen_pool_guard ON campaigns_frozenpool;
DROP FUNCTION participant_guard();
DROP FUNCTION drawn_guard();
DROP FUNCTION draw_guard();
DROP FUNCTION draw_never();
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
