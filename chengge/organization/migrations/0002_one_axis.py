"""No member holds posts on both axes: whoever dispatches cannot close. Kept by the database, whatever writes."""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION organization_one_axis() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE axes integer;
BEGIN
  SELECT count(DISTINCT CASE
      WHEN post IN ('inspector', 'operator', 'shift_leader', 'evaluator') THEN 'supervision'
      WHEN post IN ('dispatcher', 'department', 'coordinator') THEN 'command' END)
    INTO axes FROM organization_memberpost
    WHERE member_id = NEW.member_id AND (valid_to IS NULL OR valid_to > CURRENT_DATE);
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
