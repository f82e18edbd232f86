/**
 * A small Penn-like tag set. Forms of be, have and do are verbs with that lemma.
 * NN common noun, NNP name, JJ, RB, CD number, DT, PRP pronoun, POS "'s", PS possessive pronoun, IN preposition, TO,
 * CC and/or/but, SC subordinator, WP relative or question word, MD modal, NOT, VB base or present, VBZ, VBD, VBG, VBN, X other sign.
 */
export type Tag = 'NN' | 'NNP' | 'JJ' | 'RB' | 'CD' | 'DT' | 'PRP' | 'POS' | 'PS' | 'IN' | 'TO' | 'CC' | 'SC' | 'WP' | 'MD' | 'NOT' |
  'VB' | 'VBZ' | 'VBD' | 'VBG' | 'VBN' | ',' | ':' | '.' | '(' | ')' | '"' | 'X'

export const isVerb = (tag: Tag): boolean => tag.startsWith('VB')
