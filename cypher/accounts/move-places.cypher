// Facts that documents led to are at another place now: `after` is added to what each of them knows, `gone` taken away.
//
//   takes    tenantId string, moves list
//   returns  documents integer
//   seeks    _Document(tenantId, id)
//   writes
//
// :param {tenantId: 'demo', moves: [{documents: ['member:mia-tran/goals'], before: 'a\tf0\tb', after: 'c\tf1\tb', gone: true}]}

UNWIND $moves AS move
UNWIND move.documents AS id
MATCH (d:_Document {tenantId: $tenantId, id: id}) WHERE move.before IN d.facts
SET d.facts = [place IN d.facts WHERE place <> move.after AND NOT (move.gone AND place = move.before)] + [move.after]
RETURN count(*) AS documents;
