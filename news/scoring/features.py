"""Say what the marks of a text do to one another: "losses narrow" is good, "averts strike" is good.

What comes out are features, strings made of letters of classes, each with the places it speaks of. Knows no weights.
"""

from typing import NamedTuple

from news.scoring.lexicon_tagger import Marks, read_marks
from news.scoring.numeric_comparison import compare_amounts

REACH = 5  # words between a direction and its noun
TURN_REACH = 4  # words between a negation and what it turns over
PASSIVE_REACH = 7  # words between a thing and "settled" or "averted"
NEAR = 3  # words between a negation and the one before it, or behind a noun
QUESTION_WORDS = frozenset(["will", "can", "should", "is", "are", "could", "do", "does", "would"])

DIRECTIONS = {"u": 1, "U": 1, "p": 1, "P": -1, "V": 1, "r": 1, "l": 1, "d": -1, "D": -1, "W": -1, "c": -1}
NOUNS = {"G": 1, "M": 1, "K": 1, "B": -1, "F": -1, "L": -1, "J": -1}
MOODS = {
    "g": 1, "H": 1, "K": 1, "b": 1, "A": 1, "E": 1,
    "R": -1, "n": -1, "N": -1, "m": -1, "F": -1, "J": -1, "L": -1, "S": -1,
}  # fmt: skip
TURNED_BY_COMPARISON = {"g": -1, "H": -1, "n": 1, "N": 1, "I": 1}  # "less bad"
SPEAKING = frozenset([*MOODS, *"IGMB"])
SAYING = frozenset([*DIRECTIONS, *NOUNS, *MOODS, "C"])
TONED = frozenset("hqQ?sTyzY")  # hedges, questions and the like, beside what a text comes to
ASIDE = "#€,"  # left out of windows
WITHOUT_ASIDE = str.maketrans("", "", ASIDE)

Span = tuple[int, int]  # from one mark to another
WHOLE = (-1, -1)
MOVES = frozenset("uUdD")  # directions that can themselves grow faster or slower
COMPARED = frozenset(
    ["more", "fewer", "less"]
)  # what they count may stand further off: "fewer of its shops stand empty"
FAR = frozenset(["of", "from", "on", "over", "into", "off", "against"])  # before what is got rid of: "cleared of fraud"
ABOUT = frozenset(["of", "over", "about", "for"])
LOSING = frozenset(["lose", "loses", "lost", "losing"])
QUALITIES = frozenset(["impro", "worse", "deter", "heal", "heals", "mend", "mends"])  # how verbs of quality begin
GREATEST = frozenset(["record", "unprecedented", "historic"])  # of good and bad: "record fine"
RECORDS = frozenset(["high", "highs", "low", "lows", "peak", "trough", "bottom", "lowest", "highest", "most", "fewest"])
AMOUNTS = frozenset("#%€,")
DEGREES = frozenset([*"z", *NOUNS])  # what a movement is measured against


class Signal(NamedTuple):
    """A piece of text that speaks for one side."""

    mark: int
    sign: int  # 1 good, -1 bad
    span: Span


def windows(letters: str) -> list[str]:
    """Return the stretches of up to three letters, from the beginning to the end, whose beginnings are features."""
    ring = f"[{letters.translate(WITHOUT_ASIDE)}]"
    return [ring[place : place + 3] for place in range(len(ring))]


class Composition:
    """One text, read. `features` is what it came to besides its `windows`, by marks."""

    __slots__ = ("ends", "features", "letters", "signals", "spoken", "starts", "turners", "words")

    def __init__(self, words: list[str]) -> None:
        self.words = words
        marks = read_marks(words)
        self.letters, self.starts, self.ends = marks
        self.features: dict[str, Span] = {}
        self.signals: list[Signal] = []
        self.turners: set[int] = set()  # negations and enders that turned something over
        self.spoken: set[int] = set()  # marks of which a direction or a comparison has told
        for mark, letter in enumerate(self.letters):
            if letter in DIRECTIONS and mark not in self.spoken:
                self._read_direction(mark, letter)
        if "v" in self.letters or "f" in self.letters:
            self._read_amounts(marks, words)
        for mark, letter in enumerate(self.letters):
            if letter in SPEAKING and mark not in self.spoken:
                self._read_mood(mark, letter)
        self.signals.sort()
        for mark, letter in enumerate(self.letters):
            if letter == "C":
                self._read_cancellation(mark)
            elif letter == "X":
                self._read_failure(mark)
        self._prefer_comparisons()
        self._sum_up(words)

    @property
    def windows(self) -> list[str]:
        """The windows of the text's letters."""
        return windows(self.letters)

    def places(self) -> list[tuple[str, Span]]:
        """Return all features, each with the words it speaks of, from one to another.

        Letters, and pairs and triples of them in order, come once for each place, the other features once. A feature
        that sums up the whole text has the places (-1, -1).
        """
        starts, ends = [*self.starts, -1], [*self.ends, -1]  # what speaks of the whole text stands at -1
        features = [(name, (starts[first], ends[last])) for name, (first, last) in self.features.items()]
        loud = [mark for mark, letter in enumerate(self.letters) if letter not in ASIDE]
        for place, window in enumerate(self.windows):
            for length in range(1, len(window) + 1):
                inside = loud[max(place - 1, 0) : place - 1 + length]  # the window begins one before the first letter
                span = (starts[inside[0]], ends[inside[-1]]) if inside else WHOLE
                features.append((window[:length], span))
        return features

    def _read_direction(self, mark: int, letter: str) -> None:
        """Join a direction to what it is about, and see whether it is turned over."""
        is_pace = letter in "pP" or (letter in "VW" and self.words[self.ends[mark]].endswith("est"))
        if letter == "l":
            is_pace = (
                mark > 0 and self.letters[mark - 1] in "nN" and self._noun_behind(mark) is None
            )  # "the clouds lift"
        if is_pace and self._read_pace(mark, "P" if letter == "l" else letter):
            return
        if letter in "uUdDVW" and self._is_record(mark):
            return
        turner = self._turner(mark)
        turned = "" if turner is None else "~"
        following = self.letters[mark + 1] if self._is_compared(mark, letter) else ""
        if following and following in DIRECTIONS:  # "slower decline"
            self.spoken.add(mark + 1)
            sign, span = DIRECTIONS[letter] * DIRECTIONS[following], (mark, mark + 1)
            self._add(f"{turned}{letter}>{following}", span)
        elif following:  # "less bad"
            self.spoken.add(mark + 1)
            sign, span = TURNED_BY_COMPARISON[following] * -DIRECTIONS[letter], (mark, mark + 1)
            self._add(f"{turned}{letter}>{following}", span)
        else:
            noun = self._noun(mark, letter)
            if noun is None:
                sign, span = 0 if letter in "rcl" else DIRECTIONS[letter], (mark, mark)
                self._add(f"{turned}{letter}>", span)
            else:
                its_letter = self.letters[noun]
                # "Lifts ban" ends it.
                if self.words[self.ends[mark]][:5] in QUALITIES:
                    its_letter = "G"  # arrears that improve are better, not more
                is_lifted = letter == "l" and (its_letter == "J" or (its_letter == "F" and noun < mark))
                sign = 1 if is_lifted else DIRECTIONS[letter] * NOUNS[its_letter]
                span = (mark, noun) if mark < noun else (noun, mark)
                self._add(f"{turned}{letter}>{its_letter}", span)
                self._speak_of(noun)
        degree = self._degree(mark)
        if sign and degree is not None:
            sign, span = self._measure(degree, sign, span)
        if sign:
            if span[0] != span[1]:
                self._add(f"{turned}{'+' if sign > 0 else '-'}>", span)
            self._signal(mark, sign, span, turner)

    def _read_pace(self, mark: int, letter: str) -> bool:
        """Read "the decline slows" as good: what is said of a movement stands for both. False if none stands before."""
        moved = mark - 1
        if moved > 0 and self.letters[moved] in NOUNS and self.words[self.starts[moved] - 1] in ("in", "of"):
            moved -= 1  # "growth in orders slows"
        if moved < 0 or self.starts[mark] - self.ends[mark - 1] > NEAR:
            return False
        if self.letters[moved] in "gHnN":  # "the strong start fades"
            self.spoken.add(moved)
            sign, turner, span = MOODS[self.letters[moved]] * DIRECTIONS[letter], self._turner(mark), (moved, mark)
            self._add(f"{'' if turner is None else '~'}{letter}>>{'+' if sign > 0 else '-'}", span)
            self._signal(mark, sign, span, turner)
            return True
        if self.letters[moved] not in MOVES:
            return False
        before = [signal for signal in self.signals if signal.mark == moved]
        if not before:
            return False
        sign = before[0].sign * DIRECTIONS[letter]
        self.signals.remove(before[0])
        turner, span = self._turner(mark), (moved, mark)
        self._add(f"{'' if turner is None else '~'}{letter}>>{'+' if sign > 0 else '-'}", span)
        self._signal(mark, sign, span, turner)
        return True

    def _is_record(self, mark: int) -> bool:
        """Return whether a high or low only says how far a movement went: "slips to ten-year low"."""
        if self.words[self.ends[mark]] not in RECORDS:
            return False
        for other in range(mark - 1, -1, -1):
            if self.letters[other] in "kyY," or self.starts[mark] - self.ends[other] > REACH:
                return False
            if self.letters[other] in "uUdDpP":
                return True
        return False

    def _degree(self, mark: int) -> int | None:
        """Return the mark of what measures a movement against another: "rose less than costs", "drop smaller than"."""
        other = mark + 1
        while other < len(self.letters) and self.letters[other] in AMOUNTS:
            other += 1
        if other + 1 >= len(self.letters) or self.starts[other] - self.ends[other - 1] > NEAR:
            return None
        letter, following = self.letters[other], self.letters[other + 1]
        is_one = letter in "VW" and following == "t"
        is_one |= letter in "wa" and self.words[self.ends[other]] == "than" and following in DEGREES
        return other if is_one else None

    def _measure(self, degree: int, sign: int, span: Span) -> tuple[int, Span]:
        """Turn a movement over that is less than another, and let nothing else speak of the two."""
        self.spoken.add(degree)
        for other in range(degree + 2, len(self.letters)):
            if self.letters[other] in "kyY,":
                break
            if self.letters[other] in NOUNS or self.letters[other] in MOVES:
                self.spoken.add(other)
        sign = -sign if self.letters[degree] in "Ww" else sign
        self._add(f"{self.letters[degree]}t{'+' if sign > 0 else '-'}", (span[0], degree + 1))
        return sign, (span[0], degree + 1)

    def _is_compared(self, mark: int, letter: str) -> bool:
        if letter not in "VWpP" or mark + 1 == len(self.letters):
            return False
        is_count = self.words[self.ends[mark]] in COMPARED
        return self.starts[mark + 1] - self.ends[mark] <= (REACH if is_count else 2) and (
            self.letters[mark + 1] in ("uUdDnNgHI" if letter == "W" else "uUdDnNI" if is_count else "uUdDI")
        )

    def _noun(self, mark: int, letter: str) -> int | None:
        """Return the mark of the noun that a direction is about: the nearest, in its clause, that has no nearer one."""
        left, right = self._noun_before(mark), self._noun_behind(mark)
        if left is None or right is None:
            return right if left is None else left
        if letter in "rcl":
            return right  # "Zorva profit cuts costs"
        distance = self.starts[right] - self.ends[mark]
        if left in self.spoken and distance <= NEAR:
            return right  # "higher impairments sink profit"
        if letter in "VW" and distance <= NEAR and not self._is_between(mark, right):
            return right  # "sales on lower costs"
        return left if self.starts[mark] - self.ends[left] <= distance else right

    def _noun_before(self, mark: int) -> int | None:
        for other in range(mark - 1, -1, -1):
            letter = self.letters[other]
            if letter in NOUNS:
                return other if self.starts[mark] - self.ends[other] <= REACH else None
            if self._parts(other) or letter in DIRECTIONS:
                return None
        return None

    def _parts(self, mark: int) -> bool:
        """Return whether a clause ends here; not so in "tariffs on steel eased"."""
        if self.letters[mark] not in "ky":
            return False
        is_about = self.words[self.starts[mark]] == "on" and self.starts[mark] == self.ends[mark] and mark > 0
        return not (is_about and self.letters[mark - 1] in "BJF" and self.ends[mark - 1] == self.starts[mark] - 1)

    def _noun_behind(self, mark: int) -> int | None:
        for other in range(mark + 1, len(self.letters)):
            letter = self.letters[other]
            if letter in NOUNS:
                if self.starts[other] - self.ends[mark] > REACH:
                    return None
                while self._continues(other):  # the last of several is the thing meant: "cuts production costs"
                    other += 1  # noqa: PLW2901 - the loop ends here
                return other
            if letter in "ky" or letter in DIRECTIONS:
                return None
        return None

    def _is_between(self, mark: int, noun: int) -> bool:
        return any(self.letters[other] not in NOUNS for other in range(mark + 1, noun))

    def _continues(self, mark: int) -> bool:
        behind = mark + 1
        return (
            behind < len(self.letters) and self.letters[behind] in NOUNS and self.starts[behind] == self.ends[mark] + 1
        )

    def _speak_of(self, noun: int) -> None:
        self.spoken.add(noun)
        while noun and self.letters[noun - 1] in NOUNS and self._continues(noun - 1):
            noun -= 1
            self.spoken.add(noun)

    def _turner(self, mark: int) -> int | None:
        """Return the mark that turns this one over, or None; two undo each other: "fails to avert"."""
        turners = []
        place, reach = self.starts[mark], TURN_REACH
        for other in range(mark - 1, -1, -1):
            if place - self.ends[other] > reach or self.letters[other] in "kyYC":
                break
            if self.letters[other] in "xXe":
                turners.append(other)
                place, reach = self.starts[other], NEAR
        end = self._ended_by(mark)
        if end is not None:
            turners.append(end)
        self.turners.update(turners)
        return turners[0] if len(turners) % 2 else None

    def _ended_by(self, mark: int) -> int | None:
        """Return the mark of an end behind that has nothing of its own: "strike averted", "loss not repeated"."""
        end = mark + 1
        if self.letters[end : end + 1] == "o" and self.words[self.starts[end]] == "at":
            end += 1  # "fears at Zorva unfounded", "strike at copper mine ends"
            while self.letters[end : end + 1] in ("M", "q"):
                end += 1
        if end >= len(self.letters) or self.letters[end] not in "ex" or self.letters[mark] in "xXe":
            return None
        reach = PASSIVE_REACH if self.words[self.starts[end]].endswith("ed") else TURN_REACH
        if self.starts[end] - self.ends[mark] > reach:
            return None
        is_last = end + 1 == len(self.letters) or self.starts[end + 1] - self.ends[end] > NEAR
        return end if is_last or (self.letters[end] == "e" and self.letters[end + 1] in "okyY#%?svfaw€,") else None

    def _read_amounts(self, marks: Marks, words: list[str]) -> None:
        for found in compare_amounts(marks, words, NOUNS):
            span = (found.first, found.last)
            self.spoken.update(found.nouns)
            if found.is_swing:
                sign = found.change
                self._add(f"#>{'+' if sign > 0 else '-'}", span)
            else:
                sign = found.change * NOUNS.get(found.noun, 1)
                self._add(f"#{found.change}{found.noun}", span)
                self._add(f"#{found.change}", span)
                if sign:
                    self._add(f"#{'+' if sign > 0 else '-'}", span)
            if sign:
                self.signals.append(Signal(found.last, sign, span))

    def _read_mood(self, mark: int, letter: str) -> None:
        """Take what a word says by itself, and see whether it is turned over."""
        if letter == "I":
            if self.letters[mark + 1 : mark + 2] not in [*"uUdDpPVWHTG#"]:
                self.signals.append(Signal(mark, -1, (mark, mark)))
            return
        if letter in "LFJGnN" and self._is_left_behind(mark, letter):
            return
        if letter in "gHnN" and self._is_object(mark, letter):
            return
        if letter in "FJLKNH" and self._is_about(mark):
            return
        if letter == "H" and self.words[self.ends[mark]] in GREATEST and self._is_next(mark, "BFJL"):
            return
        sign = MOODS.get(letter, 0)
        turner = self._turner(mark)
        if letter == "G" and turner is not None and SAYING & set(self.letters[turner + 1 : mark]):
            return  # "no sign of weakness in demand"
        beaten = self._noun_before(mark) if letter in "bm" else None
        if beaten is not None and self.letters[beaten] in "BLFJ":  # "costs exceed forecasts"
            self._add(f"{letter}<{self.letters[beaten]}", (beaten, mark))
            self._speak_of(beaten)
            self.signals = [signal for signal in self.signals if signal.mark != beaten]
            sign = -sign
        if turner is not None:
            self._add(f"~{letter}", (turner, mark) if turner < mark else (mark, turner))
            if letter == "G" and (self.letters[turner] != "e" or turner > mark):
                sign = 1  # "no profit", "profit not repeated"
            elif letter == "B" and self.letters[turner] == "e":
                sign = -1  # "spared claims"
        if sign:
            self._signal(mark, sign, (mark, mark), turner)

    def _read_failure(self, mark: int) -> None:
        """Read "record sales not enough to avert loss" as bad: what was good before does not count."""
        self.signals = [signal for signal in self.signals if signal.mark > mark or signal.sign < 0]
        if mark not in self.turners and self.letters[mark + 1 : mark + 2] != "e":
            self._add("X-", (mark, mark))
            self.signals.append(Signal(mark, -1, (mark, mark)))
            self.signals.sort()

    def _is_left_behind(self, mark: int, letter: str) -> bool:
        """Return whether what stands before is rid of this: "cleared of fraud", "swings to profit from loss"."""
        before = mark - 1
        while before > 0 and self.letters[before] in "fvk":
            before -= 1
        if before < mark - 1 and letter in "LFG" and self.letters[before] in "ER":
            return True
        if (
            before < 0
            or letter == "G"
            or self.letters[before] not in "gH"
            or self.starts[mark] - self.ends[before] > REACH
        ):
            return False
        link = self.words[self.ends[before] : self.ends[before] + 2]  # the phrase may hold it: "cleared of"
        is_phrase = self.ends[before] > self.starts[before]
        if letter in "nN":
            return link[0] in ("from", "of")
        return link[0] in FAR or (link[-1] in FAR and (is_phrase or link[-1] != "on"))

    def _is_object(self, mark: int, letter: str) -> bool:
        """Return whether what stands before says it: "unimpressed by record profit", "hope of rescue dims"."""
        before = mark - 1
        if before < 0 or self.starts[mark] - self.ends[before] > NEAR:
            return False
        link = self.words[self.ends[before] + 1]
        if letter in "gH" and self.letters[before] in "nN":
            return link == "by"
        if letter in "gH" and self.letters[before] == "d" and self.words[self.ends[before]] in LOSING:
            return True
        return self.letters[before] in "KF" and before in self.spoken and link in ABOUT

    def _is_about(self, mark: int) -> bool:
        """Return whether what stands behind says it: "data breach fears", "fears of default fade"."""
        behind = mark + 1
        if behind == len(self.letters) or self.letters[behind] not in SAYING:
            return False
        if self.starts[behind] == self.ends[mark] + 1:
            return self.letters[behind] in ("FJ" if self.letters[mark] in "FJ" else "FK")
        return self.letters[mark] in "KF" and (
            self.starts[behind] - self.ends[mark] <= NEAR and self.words[self.ends[mark] + 1] in ABOUT
        )

    def _is_next(self, mark: int, letters: str) -> bool:
        behind = mark + 1
        return (
            behind < len(self.letters)
            and self.letters[behind] in letters
            and self.starts[behind] - self.ends[mark] <= 2
        )

    def _read_cancellation(self, mark: int) -> None:
        """Read "cancels layoffs" and "tariffs scrapped" as good, "cancels dividend" and whatever else as bad."""
        other, sign = self._cancelled(mark, 1), -1
        if other is None:
            other = self._cancelled(mark, -1)
        if other is not None:
            told = [signal for signal in self.signals if signal.mark == other]
            sign = -(told[0].sign if told else NOUNS.get(self.letters[other], 1))
            self.signals = [signal for signal in self.signals if signal.mark != other]
            span = (min(mark, other), max(mark, other))
        else:
            span = (mark, mark)
        turner = self._turner(mark) if other is None or other > mark else None
        self._add(f"{'' if turner is None else '~'}C{'+' if sign > 0 else '-'}", span)
        self._signal(mark, sign, span, turner)
        self.signals.sort()

    def _cancelled(self, mark: int, step: int) -> int | None:
        """Return the mark of what is cancelled: a thing or something said, in the same clause."""
        said = {signal.mark for signal in self.signals}
        other = mark + step
        while 0 <= other < len(self.letters) and self.letters[other] not in "Y," and not self._parts(other):
            if abs(self.starts[other] - self.starts[mark]) > REACH:
                return None
            if other in said or (self.letters[other] in NOUNS and self.letters[other] != "M"):
                while step > 0 and self._continues(other):
                    other += 1
                return other
            other += step
        return None

    def _signal(self, mark: int, sign: int, span: Span, turner: int | None) -> None:
        if turner is not None:
            sign, span = -sign, (min(turner, span[0]), max(turner, span[1]))
        self.signals.append(Signal(mark, sign, span))

    def _prefer_comparisons(self) -> None:
        """Drop what was said before a comparison with what was expected: "slump less bad than feared" is good."""
        for signal in [signal for signal in self.signals if self.letters[signal.mark] in "ER"]:
            for other in [other for other in self.signals if other.mark < signal.mark]:
                if not any(letter in "kyY," for letter in self.letters[other.mark : signal.mark]):
                    self.signals.remove(other)

    def _sum_up(self, words: list[str]) -> None:
        """Add what the signals come to: of the main clause where there is another, and beside hedges and questions."""
        if "y" in self.letters:
            self.signals = self._main_clause(self.letters.index("y"))
            self._add(f"y!{_sign(self.signals)}", WHOLE)
        self._leave_main_clause()
        run = "".join("+" if signal.sign > 0 else "-" for signal in self.signals)
        net = sum(signal.sign for signal in self.signals)
        tone = "=" if not run else "+" if net > 0 else "-" if net < 0 else "0"
        if run:
            self._add(f"={max(-3, min(3, net))}", WHOLE)
            self._add("^" + run[0], self.signals[0].span)
            self._add("$" + run[-1], self.signals[-1].span)
            self._add('"' + run[:3], WHOLE)
        else:
            self._add("=", WHOLE)
        for letter in TONED & set(self.letters):
            self._add(letter + tone, WHOLE)
        if words and words[-1] == "?":
            self._add("??" + tone, WHOLE)
        if words and words[0] in QUESTION_WORDS:
            self._add("w?" + tone, WHOLE)

    def _leave_main_clause(self) -> None:
        """Where two clauses gainsay each other, leave what is behind "but", or what is before "as"."""
        for letter in "Yk":
            if letter not in self.letters:
                continue
            cut = self.letters.index(letter)
            before = [signal for signal in self.signals if signal.mark < cut]
            after = [signal for signal in self.signals if signal.mark > cut]
            self._add(f"{letter}{_sign(before)}{_sign(after)}", WHOLE)
            if _sign(before) * _sign(after) < 0:
                self.signals = after if letter == "Y" else before

    def _main_clause(self, cut: int) -> list[Signal]:
        """Return the signals outside the clause that begins at `cut`, such as "despite record sales"."""
        before = [signal for signal in self.signals if signal.mark < cut]
        if before:
            return before
        comma = self.letters.find(",", cut)
        after = [signal for signal in self.signals if signal.mark > cut]
        return ([signal for signal in after if signal.mark > comma] or after) if comma >= 0 else after[-1:]

    def _add(self, name: str, span: Span) -> None:
        self.features.setdefault(name, span)


def _sign(signals: list[Signal]) -> int:
    net = sum(signal.sign for signal in signals)
    return (net > 0) - (net < 0)
