-- The audit is read from its newest end, whatever was changed.

CREATE INDEX audit_logs_newest ON audit_logs (tenant_id, at DESC);
