"""What a page cites: its facts and targets, numbered as they first appear, and the documents that state them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ezlib import messages, wording
from ezlib.catalogue import Catalogue
from ezlib.corrections import CORRECTIONS
from ezlib.digest import DigestLine
from ezlib.fact_words import figure_and_unit
from ezlib.facts import from_series, has_assumed_day
from ezlib.messages import say
from ezlib.observations import fact_ids
from ezlib.outlook import Outlook
from ezlib.plans import TARGETS_FILE, Target
from ezlib.tables import stated_aim

SOURCES_PER_SERIES = 12
NUMBERS_SHOWN = 4
STATED = ("mom", "yoy", "ytd_yoy")


@dataclass(frozen=True, eq=False)
class Citations:
    """The sources of one page, in its language.

    `facts` are rows of `load_facts`, all that may be cited; `numbered` the ids of those listed one by one, in order;
    `lettered` the ids of those that only the letter of their document is printed for; `targets` those told, by id.
    """

    facts: pd.DataFrame
    numbered: tuple[str, ...]
    lettered: tuple[str, ...]
    targets: dict[str, Target]
    catalogue: Catalogue
    lang: str = "vi"

    def numbers(self, cited: Iterable[str]) -> list[int]:
        """Numbers of facts and targets in the list of sources; none for a sum of many, which is named as a whole."""
        found = [self._places[name] for name in cited if name in self._places]
        return found if len(found) <= NUMBERS_SHOWN else []

    @property
    def target_numbers(self) -> dict[str, int]:
        """Numbers of the targets, by id: they follow those of the facts."""
        return {name: i for i, name in enumerate(self.targets, len(self.numbered) + 1)}

    def with_letters(self, line: DigestLine) -> str:
        """The figures of a group with the letter of their document: once where it is one for all, else at each."""
        whole = self._letters(line.facts)
        if " " not in whole:
            return f"{line.text} {whole}"
        return "; ".join(f"{text} {self._letters(facts)}".rstrip() for text, facts in line.items)

    def entries(self) -> list[str]:
        """The list of sources: a line for each numbered fact, then one for each target."""
        return [*map(self._fact_line, self.numbered), *map(self._target_line, self.targets.values())]

    def documents(self) -> list[str]:
        """The documents, each with its letter."""
        return [f"[{letter}] {text}." for text, letter in self._documents.items()]

    def whole_series(self, outlooks: dict[str, Outlook]) -> Iterator[str]:
        """Series behind an outlook too long to list, each with its count of facts, its span and its files."""
        for series, found in outlooks.items():
            if not listed_behind(found):
                rows = self.facts[self.facts["fact_id"].isin(ids_behind(found))]
                yield say(
                    "source.series",
                    self.lang,
                    name=self.catalogue.indicator_of(series).short(self.lang),
                    count=wording.number(len(rows), 0, self.lang),
                    period=wording.stretch(rows["period_start"].min(), rows["period_end"].max(), self.lang),
                    files=messages.listing(sorted(set(rows["file"])), self.lang),
                )

    @cached_property
    def _by_id(self) -> pd.DataFrame:
        return self.facts.set_index("fact_id")

    @cached_property
    def _places(self) -> dict[str, int]:
        return {fact: i for i, fact in enumerate(self.numbered, 1)} | self.target_numbers

    @cached_property
    def _documents(self) -> dict[str, str]:
        """Letters of the documents, by how they are cited."""
        rows = self._by_id.loc[[*self.numbered, *self.lettered]]
        texts = dict.fromkeys(self._document(row) for _, row in rows.iterrows())
        texts |= dict.fromkeys(self._target_document(target, texts) for target in self.targets.values())
        return {text: _letter(i) for i, text in enumerate(texts)}

    def _letters(self, facts: Iterable[str]) -> str:
        found = {self._documents[self._document(row)] for _, row in self._by_id.loc[list(facts)].iterrows()}
        return " ".join(f"[{letter}]" for letter in sorted(found, key=lambda letter: (len(letter), letter)))

    def _document(self, row: pd.Series) -> str:
        """A document as a reader would cite it: title and issuer, day, and the file whose rows give its address."""
        issuer = row["publisher"] or self.catalogue.zone(row["zone"]).issuer(self.lang)
        title = self.catalogue.document(row["reference"], self.lang) or f"{issuer}, “{row['source']}”"
        return "; ".join([title, row["file"]] if from_series(row) else [title, self._published(row), row["file"]])

    def _published(self, row) -> str:
        return say("source.published", self.lang, date=wording.date(row["published"], self.lang))

    def _fact_line(self, fact: str) -> str:
        row = self._by_id.loc[fact]
        bases = [(row[f"basis{i}"], row[f"change{i}"]) for i in (1, 2)]
        return say(
            "source.fact",
            self.lang,
            fact=fact,
            name=self._name(row["indicator"]),
            period=wording.stretch(row["period_start"], row["period_end"], self.lang),
            value=wording.with_unit(*figure_and_unit(row, self.catalogue, self.lang), self.lang, self.catalogue),
            changes="".join(f"; {wording.change(c, None, self.lang)}" for basis, c in bases if basis in STATED)
            + (f"; {say('source.corrected', self.lang, file=CORRECTIONS)}" if row["corrected"] else "")
            + self._day_of_its_own(row),
            document=self._documents[self._document(row)],
        )

    def _name(self, indicator: str) -> str:
        """What a figure is of in short, in full where another one of the list would have the same name."""
        short = self._short(indicator)
        alike = {i for i in self._by_id.loc[list(self.numbered), "indicator"] if self._short(i) == short}
        return short if len(alike) == 1 else self.catalogue.indicator(indicator).name(self.lang)

    def _short(self, indicator: str) -> str:
        return self.catalogue.indicator(indicator).short(self.lang)

    def _day_of_its_own(self, row: pd.Series) -> str:
        """When a row of a monthly table was published: its file as a whole has no day."""
        if not from_series(row):
            return ""
        if has_assumed_day(row, self.catalogue.zone(row["zone"]).assumed_lag_days):
            return "; " + say("source.assumed", self.lang, date=wording.date(row["published"], self.lang))
        return "; " + self._published(row)

    def _target_line(self, target: Target) -> str:
        document = self._target_document(target, self._documents)
        published = say("source.published", self.lang, date=wording.date(target.published, self.lang))
        return say(
            "source.target",
            self.lang,
            target=target.target_id,
            name=self.catalogue.indicator(target.indicator).short(self.lang),
            period=target.period,
            aim=stated_aim(target, self.lang, self.catalogue),
            published="" if published in document else f"; {published}",
            document=self._documents[document],
        )

    def _target_document(self, target: Target, documents: Iterable[str]) -> str:
        """The document that states a target: one of those that state facts, or else with the file of its row."""
        title = self.catalogue.document(target.reference, self.lang) or f"“{target.source}”"
        same = (text for text in documents if text.startswith(f"{title}; "))
        return next(same, f"{title}; {TARGETS_FILE}")


def ids_behind(found: Outlook) -> list[str]:
    """Ids of the facts that an outlook stands on."""
    return fact_ids(found.observations)


def listed_behind(found: Outlook) -> list[str]:
    """The same where they are few enough to list; none for a long series, which is named as a whole."""
    ids = ids_behind(found)
    return ids if len(ids) <= SOURCES_PER_SERIES else []


def _letter(i: int) -> str:
    return chr(65 + i) if i < 26 else chr(64 + i // 26) + chr(65 + i % 26)
