"""uk_address_matcher, for what the parts of an address could not tell: misspelt in a way that only all words together can settle."""

from __future__ import annotations

import contextlib
import io
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from borough.engine.duckdb import DuckDBEngine
from borough.errors import EngineError
from borough.identity.addresses.gazetteer import Prepared

WEIGHT, DISTINCT = 10.0, 5.0
"""From which weight, and by how much more than for the next, uk_address_matcher's best is taken: its strict setting."""
LEAST, APART, ALIKE = -3.0, 2.5, 0.86
"""The same where flat, position and number are the very same, and the words are as like as this (Jaro-Winkler): a slip in the only word that tells."""
MOST = 40_000
"""Texts that are put to it at a time: it takes about two milliseconds for each."""
SCORE = 0.975
"""The share of what it settles that is right, about."""
_LEFT = "ask_left"
_SAME = "g.flat = a.flat AND g.number = a.number"
_TURNED = "g.flat = a.number AND g.number = a.flat AND NOT contains(' ' || a.t, ' FLAT ')"
"""Of two numbers without the word flat (or with it misspelt), the first was taken for the flat's."""
_SPACED = "(length(a.t) >= 14 AND starts_with(replace(replace(g.t, ' ', ''), ',', ''), replace(replace(a.t, ' ', ''), ',', '')))"
"""Letter for letter the same but for blanks: 39S CHOONER ST is 39 SCHOONER ST."""
_LIKENESS = "jaro_winkler_similarity(list_aggregate(a.words, 'string_agg', ' '), list_aggregate(g.words, 'string_agg', ' '))"
_DIGITS = "array_to_string(list_sort(regexp_extract_all({0}.t, '[0-9]+')), ' ')"
"""The numbers of an address: a slip in a letter leaves them alone."""


def match_the_rest(engine: DuckDBEngine, prepared: Prepared) -> None:
    """Match what is left with uk_address_matcher, and keep what neither flat nor number contradicts. Raises EngineError.

    Only texts for which the gazetteer has a home of the same number and flat near by are worth its time: what it finds for others contradicts them.
    """
    _choose_texts(engine)
    ((count,),) = engine.rows(f"SELECT count(*) FROM {_LEFT}")
    try:
        if count:
            with _quiet(engine), _canonical(engine, prepared) as folder:
                for start in range(0, int(count), MOST):
                    _ask(engine, folder, start)
    finally:
        engine.execute(f"DROP TABLE IF EXISTS {_LEFT}")


def _choose_texts(engine: DuckDBEngine) -> None:
    """Texts without an answer that name a home; the gazetteer has a line with these digits in the postcode's district, or with such a word."""
    district = "split_part({0}.postcode, ' ', 1)"
    homes = f"SELECT DISTINCT {_DIGITS.format('k')} AS digits, {district.format('k')} AS district FROM gaz_line k"
    named = f"SELECT DISTINCT {_DIGITS.format('k')} AS digits, unnest(words) AS word FROM gaz_line k"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {_LEFT} AS WITH open AS (SELECT id, text, postcode, {_DIGITS.format('a')} AS digits, words, {district.format('a')} AS district FROM ask_text a "
        "WHERE place = '' AND len(words) > 0 AND (flat <> '' OR number <> '' OR len(words) > 2) AND id NOT IN (SELECT id FROM ask_found WHERE NOT several)), "
        f"near AS (SELECT o.id FROM open o SEMI JOIN ({homes}) h ON h.digits = o.digits AND h.district = o.district), "
        f"alike AS (SELECT DISTINCT o.id FROM (SELECT id, digits, unnest(words) AS word FROM open WHERE postcode IS NULL) o SEMI JOIN ({named}) n ON n.digits = o.digits AND n.word = o.word AND length(o.word) > 3) "
        "SELECT row_number() OVER (ORDER BY id) - 1 AS i, id, text, coalesce(postcode, '') AS postcode FROM open WHERE id IN (SELECT id FROM near UNION SELECT id FROM alike)"
    )


@contextlib.contextmanager
def _quiet(engine: DuckDBEngine) -> Iterator[None]:
    """uk_address_matcher finds its frames by name, and talks: let it do the one for as long as it works, and not the other."""
    before = {name: logging.getLogger(name).level for name in ("uk_address_matcher", "splink")}
    ((looks,),) = engine.rows("SELECT current_setting('python_enable_replacements')")
    for name in before:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    engine.execute("SET python_enable_replacements = true")
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        engine.execute(f"SET python_enable_replacements = {'true' if looks else 'false'}")
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextlib.contextmanager
def _canonical(engine: DuckDBEngine, prepared: Prepared) -> Iterator[Path]:
    """The folder with the gazetteer as uk_address_matcher prepares it: made once for a gazetteer, and kept where there is a place for it."""
    from uk_address_matcher import prepare_canonical_folder

    with contextlib.ExitStack() as after:
        home = prepared.folder or Path(after.enter_context(tempfile.TemporaryDirectory(prefix="borough-gazetteer-")))
        made = home / prepared.fingerprint
        if not (made / "ukam_manifest.json").exists():
            home.mkdir(parents=True, exist_ok=True)
            begun = Path(tempfile.mkdtemp(prefix="making-", dir=home))
            lines = engine.native.sql("SELECT CAST(uprn AS VARCHAR) AS unique_id, upper(line) AS address_concat, coalesce(postcode, '') AS postcode FROM gaz_line WHERE standing < 4 AND line IS NOT NULL ORDER BY ALL")
            try:
                prepare_canonical_folder(lines, begun, con=engine.native, overwrite=True, show_progress="off")
            except Exception as error:
                shutil.rmtree(begun, ignore_errors=True)
                raise EngineError(f"uk_address_matcher could not prepare the gazetteer: {error}", advice="look at the gazetteer's lines: they need text and a UPRN") from error
            for old in home.iterdir():
                if old != begun:
                    shutil.rmtree(old, ignore_errors=True)
            begun.rename(made)
        yield made


def _ask(engine: DuckDBEngine, folder: Path, start: int) -> None:
    """Put one lot of texts to it. What it says counts where the home it names has the very flat and number of the text, and is the only such one."""
    from uk_address_matcher import AddressMatcher, SplinkStage

    texts = engine.native.sql(f"SELECT CAST(id AS VARCHAR) AS unique_id, text AS address_concat, postcode FROM {_LEFT} WHERE i >= {start} AND i < {start + MOST} ORDER BY i")
    stage = SplinkStage(final_match_weight_threshold=LEAST, final_distinguishability_threshold=APART)
    try:
        matcher = AddressMatcher(folder, texts, con=engine.native, stages=[stage], show_progress="off")
        said = matcher.match().matches()
        engine.native.register("ask_said", said.to_arrow_table())
        engine.execute(
            "INSERT INTO ask_found SELECT id, uprn, 'matcher', least(0.99, greatest(0.9, " + str(SCORE) + ")), NULL, round(apart, 4), false FROM ("
            "SELECT DISTINCT a.id, g.uprn, s.apart FROM (SELECT CAST(unique_id AS BIGINT) AS id, CAST(resolved_canonical_id AS BIGINT) AS uprn, CAST(distinguishability AS DOUBLE) AS apart, CAST(match_weight AS DOUBLE) AS weight "
            "FROM ask_said WHERE resolved_canonical_id IS NOT NULL) s JOIN ask_text a ON a.id = s.id JOIN gaz_line g ON g.uprn = s.uprn AND g.place = a.place "
            f"WHERE {_SPACED} OR (s.weight >= {WEIGHT} AND coalesce(s.apart >= {DISTINCT}, true) AND (({_SAME}) OR ({_DIGITS.format('g')} = {_DIGITS.format('a')} "
            f"AND (g.flat = '' OR a.flat = '' OR g.flat = a.flat OR regexp_matches(a.number, '[A-Z]') OR ({_TURNED}))))) OR ({_SAME} AND {_LIKENESS} >= {ALIKE})) WHERE id NOT IN (SELECT id FROM ask_found WHERE NOT several)"
        )
        engine.execute("DELETE FROM ask_found WHERE several AND id IN (SELECT id FROM ask_found WHERE tier = 'matcher')")
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(f"uk_address_matcher could not match: {error}", advice="run again; if it stays, report it with the first line of the message") from error
    finally:
        with contextlib.suppress(Exception):
            engine.native.unregister("ask_said")
