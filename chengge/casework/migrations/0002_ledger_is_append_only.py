"""The ledger only grows: the database itself refuses to change or remove an entry."""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION casework_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON casework_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION casework_ledger_refuse();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON casework_ledgerentry
  FOR EACH STATEMENT EXECUTE FUNCTION casework_ledger_refuse();
"""

UNDO = """
DROP TRIGGER ledger_append_only ON casework_ledgerentry;
DROP TRIGGER ledger_no_truncate ON casework_ledgerentry;
DROP FUNCTION casework_ledger_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [migrations.RunSQL(TRIGGER, UNDO)]
