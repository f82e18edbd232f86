// An import is not known any more; the same file can be imported again.
//
//   takes    tenantId string, importId string
//   returns  forgotten integer
//   seeks    _Import(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', importId: 'i0'}

MATCH (i:_Import {tenantId: $tenantId, id: $importId})
DELETE i
RETURN count(i) AS forgotten;
