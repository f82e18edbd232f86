// What is known of an import.
//
//   takes    tenantId string, importId string
//   returns  lines integer, created integer, merged integer, duplicate integer, rejected integer
//   seeks    _Import(tenantId, id)
//
// :param {tenantId: 'demo', importId: 'i0'}

MATCH (i:_Import {tenantId: $tenantId, id: $importId})
RETURN i.lines AS lines, i.created AS created, i.merged AS merged, i.duplicate AS duplicate, i.rejected AS rejected;
