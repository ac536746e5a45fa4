"""A grammar of campaign messages about invented people: it writes `content/texts/campaign.txt`, marks included.

Run `python -m lstmgallery.tasks.texts.campaign` to print the text. Every person, newspaper and handle is invented, and
every number and link is drawn by chance. A template has slots in angle brackets; the marks around its words say what
they are, so the ground truth of every message is exact.
"""

import random
import re
from collections.abc import Iterator, Mapping

SEED = 2032
MESSAGES = 400
_SLOT = re.compile(r"<([a-z]+)(?::(\d+)-(\d+))?>")
_LINK_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

_WORDS = {
    "friend": (
        "{name Mara Holtby}|{name Walt Pennyfeather}|{name Luis Arandal}|{name Governor Callendar}"
        "|{name Iris Ollenshaw}"
        "|{name Coach Brandvold}|{name General Tom Ashgrove}|{name Pastor Ellery Voss}|{name Dr. June Marlowe-Pike}"
        "|{name Captain Rosa Quint}|{name Hal Underbridge}|{name Sheriff Abel Moonan}"
    ),
    "rival": (
        "{name Ben Quillan}|{name Senator Prewitt}|{name Odell Prewitt}|{name Dessa Whitmarsh}"
        "|{name Mayor Tolliver Crane}"
        "|{name Gus Tremayne}|{name Quillan}|{name Whitmarsh}|{name Congressman Nye Featherly}"
    ),
    "nick": (
        "{name Crooked Quillan}|{name Lazy Ben Quillan}|{name Sleepy Whitmarsh}|little {name Gus Tremayne}"
        "|poor {name Prewitt}"
    ),
    "place": (
        "{name Iowa}|{name Ohio}|{name New Hampshire}|{name South Carolina}|{name Wisconsin}|{name Tampa}"
        "|{name Phoenix}"
        "|{name Des Moines}|{name Grand Rapids}|{name Pittsburgh}|{name Nevada}|{name Albuquerque}|{name Fort Wayne}"
        "|{name West Virginia}|{name Scranton}|{name Colorado Springs}|{name Maine}|{name Bangor}|{name Tulsa}"
    ),
    "paper": (
        "the {name Harbor Ledger}|{name Channel Nine}|the {name Morning Courant}|the {name Tri-County Post}"
        "|{mention @HarborLedger}|{mention @ChannelNineTV}|{mention @MorningCourant}|{mention @TriCountyPost}"
    ),
    "show": "{mention @SundayTableTV}|{mention @LateNightWithOz}|{mention @DawnPatrolFM}|{mention @TheWardReport}",
    "day": "{name Monday}|{name Tuesday}|{name Wednesday}|{name Thursday}|{name Friday}|{name Saturday}|{name Sunday}",
    "part": "tonight|tomorrow|this evening|today|in the morning|this weekend|in an hour",
    "time": "{number 7}pm|{number 8:00} pm|{number 10:30} this morning|{number 6:45}|{number 9}am|{number 11:00}",
    "great": "great|tremendous|fantastic|wonderful|special|beautiful|terrific|record|big, big|truly great",
    "bad": "terrible|weak|dishonest|failing|phony|sad|totally biased|low energy|unfair|ridiculous",
    "crowd": "crowd|turnout|rally|welcome|movement|line outside",
    "issue": "jobs|trade|our borders|our vets|taxes|our farmers|schools|energy|our roads|the debt|steel|small business",
    "will": (
        "{auxiliary will be}|{auxiliary will soon be}|{auxiliary will always be}|{auxiliary can be}"
        "|{auxiliary should be}"
        "|{auxiliary must be}|{auxiliary will finally be}|{auxiliary could be}"
    ),
    "soon": "{auxiliary will be}|{auxiliary will soon be}|{auxiliary will also be}",
    "been": "{auxiliary has been}|{auxiliary has always been}|{auxiliary has really been}|{auxiliary has long been}",
    "have": (
        "{auxiliary have been}|{auxiliary have always been}|{auxiliary have long been}|{auxiliary have really been}"
    ),
    "slogan": (
        "{slogan Make {name America} Great Again}!|{slogan {name America} First}!"
        "|{capitals {slogan MAKE AMERICA GREAT AGAIN}}!"
        "|{capitals {slogan AMERICA FIRST}}!|{slogan Drain the swamp}!|We will {slogan make {name America} safe again}."
        "|Together we {auxiliary will be} strong and {slogan make {name America} great again}!"
    ),
    "tag": (
        "{hashtag {slogan #MAGA}}|{hashtag {slogan #MakeAmericaGreatAgain}}|{hashtag {slogan #AmericaFirst}}"
        "|{hashtag #Holtby2032}|{hashtag #VoteHoltby}|{hashtag #TeamHoltby}|{hashtag #DebateNight}"
        "|{hashtag #CaucusForMara}"
        "|{hashtag {slogan #DrainTheSwamp}}|{hashtag #BigLeague}|{hashtag #HoltbyTrain}|{hashtag #VoteOnTuesday}"
    ),
    "loud": (
        "{capitals THANK YOU}!|{capitals SO TRUE}!|{capitals WE WILL WIN}!|{capitals BIG NEWS}!|{capitals NO MORE}!"
        "|{capitals GET OUT AND VOTE}!|{capitals WRONG}!|{capitals AMAZING}!|{capitals SOLD OUT}!|{capitals WOW}!"
    ),
    "end": (
        "Sad!|So true!|Big crowd!|Enjoy!|Thank you!|Not good!|Bad judgment!|No way!|A total disaster!"
        "|Get out and vote!|Nice!"
    ),
    "handle": (
        "@holtby_hank|@ReneeInDayton|@prairiepat|@MillieGoforth|@old_sarge71|@KenTheWelder|@TwinCitiesTess"
        "|@bluff_county"
        "|@GrannyFor2032|@dale_m_oakes|@SueAnnWrites|@HarvestHands|@norm_from_erie|@TruckerTeddy|@LakesideLou"
        "|@votes4mara|@MapleStMom|@RiverbendRick|@jo_kettleman|@StandWithMara|@pdx_petunia|@BigSkyBarb"
    ),
}

_SUPPORT = """
<friend> is the only one who tells it like it is
I <have> a fan of yours. Good luck in <place>!
We drove {number <n:2-9>} hours to see you in <place>. Worth it!
my whole family is voting for you <part>
You <will> the best for <issue>. {slogan Make {name America} Great Again}!
<rival> <been> wrong on <issue> for {number <n:8-30>} years
{capitals WE LOVE YOU} in <place>! <tag>
watching you on <show> with {number <n:3-40>} friends
nobody works harder than <friend>
please come back to <place>, the <crowd> <will> even bigger
just registered to vote for the first time. <tag>
you won the debate, <nick> looked lost
I'm a nurse in <place> and I'm with you {number 100%}
never seen a line like this. {number <n:5-30>,000} people!
finally someone who cares about <issue>
when you win, <issue> <will> on the table on day {number 1}
my dad is {number <n:70-99>} and he {auxiliary has never been} to a rally. He went to yours!
the <crowd> in <place> was unreal, {capitals SO PROUD}
<rival> {auxiliary will never be} half the leader that <friend> is
can't wait for the debate on <day>! <nick> {auxiliary won't be} ready
please fix <issue> first. {number <n:2-40>} years is long enough
if you {auxiliary had been} in charge we'd still have a mill in <place>
"""

_SAYINGS = """
Never quit. The ones who quit <have> the first to complain.
If you want a bridge, start with the first stone.
Work hard, stay honest, and <issue> <will> fine.
A good deal is one that both sides remember with a smile.
You can't win a race from the porch.
Small towns <have> the heart of this country.
The best time to fix a roof is before the rain.
Nobody gives you a chance. You take it.
Listen twice, promise once, deliver on time.
Leadership is what you do when nobody is watching.
Your word is worth more than your signature.
It {auxiliary has been} said that money talks. Work talks louder.
A loss is only a lesson that sent you a bill.
Be early, be ready, be kind.
Hope is a plan with its sleeves rolled up.
A promise kept late is still a promise broken.
Show me your friends and I'll show you your budget.
The map is not the road, and the poll is not the vote.
I {auxiliary have never been} afraid of a fair fight.
You {auxiliary can't be} lost if you know who you work for.
Every mill that closed {auxiliary could have been} saved by one honest phone call.
It takes {number 20} years to build a name and {number 5} minutes to lose it.
Courage {auxiliary has never been} out of style.
Good neighbors fix the fence before the storm.
If they laugh at your idea, write it down twice.
Start small, finish big, and thank your mother.
"""

_SENTENCES = {
    "thanks": """
Thank you <place>! What a <great> <crowd>. I will never forget it.
Just left <place>. The <crowd> <been> <great>. Heading to <place> now.
{capitals THANK YOU} to everyone in <place> - {number <n:4-29>,000} people, and many more outside!
Thank you for the <great> <crowd> <part>. We <have> ahead in <place>!
Such a <great> honor to have the support of <friend>. A winner!
Wow, what a <crowd> in <place>. They said {number <n:200-900>} would come, {number <n:3-19>,<n:100-999>} did!
My <great> thanks to <friend> and all of the volunteers in <place>.
It was a <great> honor to meet our veterans <part>. They <will> taken care of!
To the <crowd> of <place>: you <have> <great>, and I won't let you down.
A <great> evening with <friend> in <place>. Love the people there!
{number <n:4-19>,<n:100-999>} people on a <day> night! I love you, <place>.
What a day: <place> in the morning, <place> at night. I {auxiliary couldn't be} more thankful.
The fire marshal in <place> closed the doors at <time>. Sorry to all who couldn't get in!
<place> <been> good to me, and I {auxiliary will never be} too busy for <place>.
I saw so many signs on the road to <place>. {capitals LOVE} it! Thank you to <friend> for the idea.
""",
    "poll": """
New poll out of <place>: {number <n:31-58>%} to {number <n:12-30>%}. <loud>
Just out: we lead by {number <n:2-19>} points in <place>. Thank you!
{capitals BIG} lead in the new <place> poll, {number <n:38-59>} to {number <n:20-37>}. The <paper> won't report it!
<nick> is down {number <n:4-22>%} in <place>. People are tired of all talk, no action.
Every poll after the debate had me at {number #1}. Even <paper> had to say so.
Up {number <n:2-12>.<n:1-9>} in <place> and up {number <n:2-12>} in <place>. <end>
{number <n:51-88>%} of voters say <issue> <will> their first concern. They are right.
Amazing how <paper> uses a poll of {number <n:200-700>} people from {number <n:2-9>} months ago.
We started at {number <n:1-4>%} and now we are at {number <n:33-49>%}. <slogan>
The new numbers from <place> are in: <friend> and I at {number <n:40-60>%}, <rival> at {number <n:9-30>%}. <loud>
{number <n:3-9>} polls in {number <n:2-6>} days, {number <n:3-9>} wins. <paper> calls it a close race. <end>
I don't need polls to know how <place> feels about <issue>, but {number <n:55-79>%} is nice!
It {auxiliary can't be} easy for <rival> to read the poll in <paper>. Down {number <n:3-14>} since <day>.
""",
    "media": """
<paper> <been> so <bad> that nobody reads it anymore. Down {number <n:11-60>%}!
I <soon> interviewed on <show> at <time>. <end>
On <show> <part> at <time>, talking about <issue>. Enjoy!
The <bad> people at <paper> still won't show the <crowd>.
Why does <paper> never mention that <rival> voted against <issue>?
Do you believe <paper> apologized? Front page lie, back page sorry.
So much <bad> reporting by <paper>. I never said that about <friend>!
The story in <paper> about <place> is false. Made up sources, no facts.
Watch <show> <part>. <friend> {auxiliary will be} on at <time>, and <friend> too.
<paper> {auxiliary has never been} fair to <friend>. Why? Ratings!
They cut my answer on <issue> to {number <n:2-9>} seconds. That is <paper> for you. <end>
<show> had the best numbers in {number <n:2-15>} years because of our <crowd>. You're welcome!
Just watched <show>. {number <n:3-8>} people on a panel and not one {auxiliary has been} to <place>.
A reporter from <paper> asked me about <rival>. I said: ask <place>!
""",
    "attack": """
<nick> <been> <bad> on <issue>. We can't have {number <n:4-8>} more years of that!
<rival> said <issue> <will> fixed in {number <n:2-9>} months. That was {number <n:2-12>} years ago. <end>
How can <rival> be for <issue> when the record says no {number <n:3-19>} times?
<nick> spent {number $<n:2-60>} million on <bad> ads in <place> and is still in last place.
The people of <place> know that <rival> is all talk. <end>
<rival> wants to raise taxes by {number <n:11-40>%}. I will cut them, big league.
If <rival> wins, <issue> {auxiliary will never be} the same. Remember that on <day>!
<rival> didn't know where <place> is. And wants to be in charge? <loud>
Can you believe that <nick> skipped <place>? Our <crowd> {auxiliary won't be} fooled.
<rival> and <rival> - {number 2} politicians, {number 0} results. Time for change!
I{auxiliary 've never been} to a debate as easy as that one. <nick> {auxiliary had never been} asked a real question!
Bad judgment by <rival>. The deal on <issue> {auxiliary should never have been} signed.
<rival> {auxiliary has never been} right on <issue>, not once.
<rival> {auxiliary will not be} able to do anything about <issue>. No stamina!
<nick> promised <place> a bridge in {number 20<n:10-29>}. Still waiting. <end>
<rival> took {number $<n:100-900>,000} from lobbyists and says nobody noticed. I noticed.
When <nick> talks about <issue>, hold on to your wallet!
I hear <rival> moved the rally to a smaller room: {number <n:40-190>} seats. {capitals TOTAL} embarrassment!
""",
    "event": """
I <soon> in <place> <part>. {number <n:2-9>,<n:100-999>} tickets, all gone. <link>
Join me in <place> on <day> at <time>! Tickets: <link>
Heading to <place> with <friend>. Speech {auxiliary will be} at <time>. <link>
Big announcement coming on <day> about <issue>. <link>
Landing in <place> now. <loud> <link>
We {auxiliary will be} live from <place> at <time>. Watch: <link>
Leaving <place> for <place> - two stops, {number <n:2-6>} speeches, and a <great> <crowd>.
The doors open at <time> in <place>. Be early! <link>
{capitals LIVE} from <place>: a <great> <crowd>! <link>
Sign up here and bring {number <n:2-5>} friends: <link>
Town hall with <friend> on <day>, {number <n:2-9>,<n:100-999>} chairs. You {auxiliary should be} there! <link>
My interview with <show> is up. It {auxiliary has been} seen {number <n:2-9>} million times! <link>
""",
    "policy": """
We need <issue>, and we need it now. I{auxiliary 'll be} presenting my plan in <place> on <day>. <link>
<issue> <will> back in <place> by the end of my first year. <slogan>
Our country <been> losing on <issue> for {number <n:12-40>} years. It stops here.
We lose {number $<n:100-900>} billion a year on trade. Who made these deals?
I will cut {number <n:2-9>} rules for every new one. Ask <friend> - it works!
{number <n:1-4>.<n:1-9>} million people out of work and <rival> talks about golf. <end>
Politicians <have> talking about <issue> since I was in school. I <will> the one who does it!
I told <paper> that <issue> <will> first, second and third on my list.
The vets in <place> {auxiliary have been} waiting {number <n:30-200>} days to see a doctor. {capitals NOT} on my watch!
No more <bad> deals. We {auxiliary will be} smart, we {auxiliary will be} tough, and we will win.
<issue>, <issue> and <issue>. That is the plan, and it {auxiliary will be} on one page.
The factory in <place> closed in {number 20<n:10-28>}. It <will> open again. Believe me!
I {auxiliary have never been} against <issue>, I am against bad deals. <slogan>
If you work {number <n:40-70>} hours a week, you {auxiliary shouldn't be} poor. Simple!
Our plan for <issue> saves {number <n:11-29>%} and needs {number <n:3-9>} pages. Theirs needs {number <n:800-2900>}.
""",
    "praise": """
<friend> is a <great> person and <will> a <great> leader. Endorsed!
Congratulations to <friend> on a <great> win in <place>!
Happy birthday to my friend <friend>, {number <n:40-90>} years young.
<friend> was <great> on <show>. Really understands <issue>.
Just met with <friend> about <issue>. Smart, tough, and knows <place> well.
Everybody in <place> loves <friend>. Vote on <day>!
The endorsement of <friend> means so much to me. Thank you!
<friend> and <friend> are doing a <great> job in <place>. Thank you both!
Thoughts and prayers are with the families in <place>. <friend> is on the way.
I {auxiliary would be} proud to have <friend> on my team. Knows <issue> better than anyone.
Good luck to <friend> in <place> on <day>. <loud>
My friend <friend> {auxiliary has been} there from day {number 1}. I don't forget!
""",
}

_RECIPES = (
    "S",
    "S T",
    "S T T",
    "S S",
    "S S T",
    "S L",
    "S T L",
    "S E",
    "S G",
    "S G L",
    "S N S",
    "O S",
    "O S T",
    "S S G",
    "Q",
    "Q E",
    "Q O",
    "Q T",
    "Q M",
    "S E L",
    "O S G",
    "C",
    "C L",
    "D",
    "D T",
)


class _Writer:
    """Draws messages, using every template of a kind once before any of them again."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)
        self._left: dict[str, list[str]] = {}

    def _number(self, low: int, high: int) -> int:
        return low + int(self._random.random() * (high - low + 1))  # the one method with a promise to stay the same

    def _draw(self, name: str, choices: list[str]) -> str:
        left = self._left.setdefault(name, [])
        if not left:
            left += choices
        return left.pop(self._number(0, len(left) - 1))

    def _fill(self, template: str) -> str:
        def filled(slot: re.Match[str]) -> str:
            name, low, high = slot.groups()
            if low is not None:
                return str(self._number(int(low), int(high)))
            if name == "link":
                letters = (_LINK_LETTERS[self._number(0, len(_LINK_LETTERS) - 1)] for _ in range(10))
                return "{link https://t.co/" + "".join(letters) + "}"
            return self._draw(name, _WORDS[name].split("|"))

        while _SLOT.search(template):
            template = _SLOT.sub(filled, template)
        return template

    def _sentence(self, name: str, templates: Mapping[str, str] | str) -> str:
        text = templates if isinstance(templates, str) else templates[name]
        return _capitalised(self._fill(self._draw(f"sentence {name}", text.strip().split("\n"))))

    def _part(self, kind: str) -> str:
        if kind == "S":
            return self._sentence(self._draw("kinds", list(_SENTENCES)), _SENTENCES)
        if kind == "Q":
            said = self._fill(self._draw("support", _SUPPORT.strip().split("\n")))
            return '{quotation "{mention {attribution ' + self._fill("<handle>") + "}}: " + said + '}"'
        if kind in "CD":
            said = self._sentence("sayings", _SAYINGS)
            opening, closing = ("“", "”") if kind == "C" else ('"', '"')
            dash = (
                self._draw("dash", [" - ", " -- ", " – "]) if kind == "C" else self._draw("says", [" says ", " said "])
            )
            who = re.sub(r"\{name (.*?)\}", r"{name {attribution \1}}", self._fill("<friend>"))
            return "{quotation " + opening + said + "}" + closing + dash + who
        if kind == "N":
            return "\\n"
        slots = {
            "T": "<tag>",
            "L": "<link>",
            "E": "<end>",
            "G": "<slogan>",
            "O": "<loud>",
            "M": "Thank you {mention <handle>}!",
        }
        return self._fill(slots[kind])

    def messages(self) -> Iterator[str]:
        """Yield messages with their marks, without end."""
        while True:
            recipe = self._draw("recipes", list(_RECIPES)).split()
            message = " ".join(map(self._part, recipe)).replace(" \\n ", "\\n")
            yield message.replace("'", self._draw("apostrophe", ["'", "'", "’"]))


def _capitalised(sentence: str) -> str:
    """Return a sentence with its first letter as a capital, within a mark or not."""
    return re.sub(r"^((?:\{[a-z]+ )*)([a-z])", lambda match: match[1] + match[2].upper(), sentence)


def write_campaign(seed: int = SEED, messages: int = MESSAGES) -> str:
    """Return the text of `content/texts/campaign.txt`: different messages, one a line."""
    kept: dict[str, None] = {}
    for message in _Writer(seed).messages():
        kept.setdefault(message)
        if len(kept) == messages:
            break
    return "".join(message + "\n" for message in kept)


if __name__ == "__main__":
    print(write_campaign(), end="")
