"""No member holds posts on both axes on the same day: whoever dispatches cannot close. Kept by the database, whatever writes.

Posts are compared with each other, not with the server's today: the city's day begins eight hours before that of UTC.
"""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION organization_one_axis() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE axes integer;
BEGIN
  IF NEW.post IN ('leader', 'administrator') THEN
    RETURN NEW;
  END IF;
  SELECT count(DISTINCT CASE
      WHEN post IN ('inspector', 'operator', 'shift_leader', 'evaluator') THEN 'supervision'
      WHEN post IN ('dispatcher', 'department', 'coordinator') THEN 'command' END)
    INTO axes FROM organization_memberpost
    WHERE member_id = NEW.member_id
      AND valid_from < COALESCE(NEW.valid_to, 'infinity') AND NEW.valid_from < COALESCE(valid_to, 'infinity');
  IF axes > 1 THEN
    RAISE EXCEPTION 'a member holds posts on one axis only' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER one_axis AFTER INSERT OR UPDATE ON organization_memberpost
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION organization_one_axis();
"""


class Migration(migrations.Migration):
    dependencies = [("organization", "0001_initial")]
    operations = [
        migrations.RunSQL(
            TRIGGER,
            "DROP TRIGGER one_axis ON organization_memberpost; DROP FUNCTION organization_one_axis();",
        ),
    ]
