from django.conf import settings
from django.db import migrations, models

# Whatever writes: what a version in effect says stays as it is. (Its last day is written when the next one begins.)
GUARD = """
CREATE FUNCTION evaluation_version_in_effect_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE in_effect boolean;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'evaluation_schemeaspect', 'evaluation_schemegrade' THEN
            SELECT state = 'in_effect' INTO in_effect FROM evaluation_schemeversion WHERE id = OLD.version_id;
        WHEN 'evaluation_schemeitem' THEN
            SELECT v.state = 'in_effect' INTO in_effect FROM evaluation_schemeversion v
            JOIN evaluation_schemeaspect a ON a.version_id = v.id WHERE a.id = OLD.aspect_id;
        ELSE
            SELECT v.state = 'in_effect' INTO in_effect FROM evaluation_schemeversion v
            JOIN evaluation_schemeaspect a ON a.version_id = v.id JOIN evaluation_schemeitem i ON i.aspect_id = a.id WHERE i.id = OLD.item_id;
    END CASE;
    IF in_effect THEN
        RAISE EXCEPTION 'a version of a scheme that is in effect is never changed (%)', TG_TABLE_NAME;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER in_effect_stays BEFORE UPDATE OR DELETE ON evaluation_schemeaspect
    FOR EACH ROW EXECUTE FUNCTION evaluation_version_in_effect_stays();
CREATE TRIGGER in_effect_stays BEFORE UPDATE OR DELETE ON evaluation_schemegrade
    FOR EACH ROW EXECUTE FUNCTION evaluation_version_in_effect_stays();
CREATE TRIGGER in_effect_stays BEFORE UPDATE OR DELETE ON evaluation_schemeitem
    FOR EACH ROW EXECUTE FUNCTION evaluation_version_in_effect_stays();
CREATE TRIGGER in_effect_stays BEFORE UPDATE OR DELETE ON evaluation_schemeband
    FOR EACH ROW EXECUTE FUNCTION evaluation_version_in_effect_stays();
"""
NO_GUARD = """
DROP TRIGGER in_effect_stays ON evaluation_schemeaspect;
DROP TRIGGER in_effect_stays ON evaluation_schemegrade;
DROP TRIGGER in_effect_stays ON evaluation_schemeitem;
DROP TRIGGER in_effect_stays ON evaluation_schemeband;
DROP FUNCTION evaluation_version_in_effect_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0005_views"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(model_name="schemeversion", name="revision", field=models.PositiveIntegerField(default=1)),
        migrations.AddField(model_name="schemeversion", name="due_of", field=models.CharField(default="due", max_length=20)),
        migrations.AddField(model_name="schemeversion", name="closing_of", field=models.CharField(default="due", max_length=20)),
        migrations.AddField(model_name="schemeversion", name="dispatched_of", field=models.CharField(default="due", max_length=20)),
        migrations.AddConstraint(
            model_name="schemeversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "in_effect"), ("valid_to", None)),
                fields=("scheme",),
                name="scheme_has_one_open_version",
            ),
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
