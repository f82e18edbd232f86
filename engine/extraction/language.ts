const set = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/))

/** Small words that only English has, and small words of its neighbors that English does not have. Words that several share are in neither list. */
const ENGLISH = set('the and of is are was with for i my we our you your this that it its from by at be been have has had not but who which they their he she his her would will can about or if where when what how')
const FOREIGN = set(`der das und ich wir sie ist sind nicht mit für ein eine einen einem auf von zu bei wie auch aber oder unser unsere mein meine im am zum zur
  le la les des et est sont je nous vous avec pour dans une un du sur qui que pas mais mon ma nos aux ou par chez
  el los las y es son con por para una del que mi nuestro nuestra muy pero sobre desde en de
  il lo gli di che non per sono siamo della nel con una mio nostra anche
  o os as e é são com não em do da dos das no na meu minha nosso mais sou uma para
  het een ik wij zijn niet voor met op van ook maar mijn onze en
  och jag vi är inte på som till av ett min vår det att ikke og jeg er på av til en
  i jest nie się na w z że ve bir bu için ile ben biz`)
/** Of the foreign ones, those that English texts have too: as words, names, units and abbreviations ("gen z", "van life", "para sport", "5 min"). */
const SHARED = set(`i no as do on in an so me to he we of am is was war die man den at or per ma mi son es pour for not en
  z para van met par till min biz com da na con e o os em av im vi var ve op ben mon pas sur som un`)

/**
 * Whether a sentence is in another language than English: written mostly in other letters, or with more small words of other languages than
 * English ones. A name may hold such words ("Casa de la Playa"): what stands between capitals does not count.
 */
export function isForeign (sentence: string): boolean {
  const letters = /[\u0250-\uffff]/.test(sentence) ? sentence.match(/\p{L}/gu) ?? [] : [] // all below are Latin
  if (letters.length >= 4 && letters.filter((letter) => /\p{Script=Latin}/u.test(letter)).length < letters.length / 2) return true
  const words = sentence.match(/\p{L}+(?:['’]\p{L}+)?/gu) ?? []
  let english = 0
  let foreign = 0
  words.forEach((word, i) => {
    const low = word.toLowerCase()
    if (ENGLISH.has(low) || /['’]/.test(word)) english++
    else if (FOREIGN.has(low) && !SHARED.has(low) && !inName(words, i)) foreign++
  })
  return foreign > english && (foreign >= 2 || words.length >= 3)
}

/** Whether a word stands in a name: it, or what stands around its row of small words, begins with a capital. */
function inName (words: readonly string[], at: number): boolean {
  const capital = (i: number): boolean => /^\p{Lu}/u.test(words[i] ?? '')
  if (capital(at)) return at > 0 || capital(at + 1)
  let [from, to] = [at, at]
  while (from > 0 && FOREIGN.has(words[from]!)) from--
  while (to < words.length && FOREIGN.has(words[to]!)) to++
  return capital(from) && capital(to)
}
