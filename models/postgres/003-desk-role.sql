-- Since PostgreSQL 16 who makes a role is its member without being allowed to act as it. An owner that is no superuser has to be.
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 160000 THEN
    IF NOT pg_has_role(current_user, 'teraffi_desk', 'SET') THEN
      EXECUTE format('GRANT teraffi_desk TO %I', current_user);
    END IF;
  END IF;
END $$;
