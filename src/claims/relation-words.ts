/**
 * Words by which the relation of two wordings is told. Our own groups: words of a line of `ALIKE` may stand for each
 * other, the two sides of a line of `OPPOSED` exclude each other.
 */
const ALIKE = `
raise increase grow rise hike rose risen grew grown
lower reduce cut decrease drop fall shrink slash fell fallen shrank
close shut
buy purchase acquire
sell sold
fire dismiss sack
begin start launch
stop end halt cease quit
continue keep
big large huge
small little tiny
double twice
triple three
kill slay
die death dead
wound injure hurt harm
steal theft stole
company firm corporation business
house home
child children kid
kids children
people person
man men
woman women
doctor physician
phone smartphone handset
website site
car vehicle automobile
plane aircraft
police officer cop
lawyer attorney
law legislation act
leader head chief
pay paid charge bill
build built construct
get receive
give gave hand
make made produce
take took
find found discover
know knew aware
say said tell told claim state
write wrote author
lead led
lose lost
win won
hide hid conceal
ban forbid prohibit
allow permit let
demand want require
plan intend
show reveal
attack hit strike
arrest detain
destroy wreck ruin
offline down
shield protect defend
host hosting provide
complete finish
real actual genuine
fake forge counterfeit
unencrypted encrypt
poison contaminate pollute
record log
store save keep
watch observe monitor
volunteer participant
money fund cash
everyone everybody
nobody none
`
const OPPOSED = `
raise increase grow rise rose risen grew double up / lower reduce cut decrease drop fall fell fallen down shrink halve
open / close shut
win won / lose lost
accept take welcome approve / reject refuse decline
support back favour endorse / oppose resist
guilty / innocent
safe harmless secure / dangerous unsafe harmful risky
legal lawful / illegal unlawful
full / empty
genuine real authentic true / fake forged false counterfeit hoax
stop end cease quit halt / continue begin start keep resume
for / against
alive / dead
buy bought / sell sold
love / hate
allow permit legalise / ban forbid prohibit outlaw
protect shield defend / attack endanger expose
add / remove
hire / fire dismiss sack
more / fewer less
better improve / worse worsen
succeed / fail
arrive / leave
remember / forget
admit confess confirm / deny
agree / disagree
strong / weak
rich / poor
early / late
first / last
possible / impossible
honest / dishonest
public / secret
enter join / leave quit
create build / destroy demolish
cause / prevent
present / absent
healthy / sick ill
`
/** Turn what follows into its opposite. */
export const NEGATIONS = new Set(
  `not no never neither nor none nobody nothing without cannot cant wont dont doesnt didnt isnt arent wasnt werent
  hasnt havent hadnt shouldnt couldnt wouldnt mustnt hardly fail fails failed failing refuse refuses refused lack lacks`.split(
    /\s+/,
  ),
)
/** Say of a whole claim that it is not so. */
export const DENIALS =
  /\b(?:den(?:y|ies|ied|ying)\b|refut\w+|debunk\w+|disput\w+|rebut\w+|hoax\b|untrue\b|false(?:ly)?\b|myth\b|baseless\b|unfounded\b|fabricated\b|(?:reject|dismiss)\w*\s+(?:the\s+|any\s+|all\s+)?(?:claim|accusation|allegation|report|rumou?r|suggestion|charge|idea|notion|stor)\w*|ruled?\s+out|nothing\s+to\s+do\s+with|no\s+truth|contrary\s+to|no\s+idea\s+that|no\s+evidence|(?:is|was|are|were)\s+(?:a\s+)?lies?\b)/gi

export const ALL = new Set(
  'all every each everyone everybody everything everywhere whole entire entirely always throughout worldwide any anyone anybody anywhere fully completely nationwide'.split(
    ' ',
  ),
)
export const SOME = new Set(
  'some several few one two part parts only handful many most certain single partly sometimes occasionally mostly half'.split(
    ' ',
  ),
)

function groups(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
}

/** By stem: the first word of its group. */
export function synonyms(stem: (word: string) => string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const group of groups(ALIKE))
    for (const word of group) {
      const key = stem(word)
      const known = found.get(key) ?? new Set<string>()
      for (const other of group) known.add(stem(other))
      found.set(key, known)
    }
  return found
}

/** By stem: the stems that exclude it. */
export function antonyms(stem: (word: string) => string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const oppose = (word: string, others: string[]) => {
    const known = found.get(stem(word)) ?? new Set<string>()
    for (const other of others) known.add(stem(other))
    found.set(stem(word), known)
  }
  for (const line of OPPOSED.trim().split('\n')) {
    const [left = [], right = []] = line.split(' / ').map((side) => side.trim().split(/\s+/))
    for (const word of left) oppose(word, right)
    for (const word of right) oppose(word, left)
  }
  return found
}
