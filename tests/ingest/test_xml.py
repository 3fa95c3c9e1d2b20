"""XML."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar
from xml.sax.saxutils import escape

import pytest

from borough.errors import FeedError

from .connector_contract import Row
from .files_contract import FilesContract
from .receiving import Delivery, Place


class TestXml(FilesContract):
    ending = "xml"
    feed: ClassVar[dict[str, Any]] = {"format": {"xml": {"record": "Register/Licences/Licence"}}}

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        cells = ["".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items() if value is not None) for row in rows]
        path.write_text(f"<Register><Licences>{''.join(f'<Licence>{c}</Licence>' for c in cells)}</Licences></Register>")


def receive(place: Place, data: bytes | str, record: str = "R/L", **options: Any) -> Delivery:
    place.put("a.xml", data.encode() if isinstance(data, str) else data)
    return place.receive(format={"xml": {"record": record, **options}})


def test_nested_elements_and_attributes(place: Place) -> None:
    got = receive(
        place,
        """<?xml version="1.0"?>
        <x:R xmlns:x="http://example.org/x" xmlns:y="urn:y" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
          <Header><L>not a record</L></Header>
          <x:L id="007" y:ref="r">
            <x:Address type="flat"><Line>1</Line><Town> E10 </Town></x:Address>
            <Empty/><Nothing xsi:nil="true"/>
          </x:L>
          <x:L><id>8</id></x:L>
        </x:R>""",
    )
    assert got.only.columns == ("@id", "@ref", "Address.@type", "Address.Line", "Address.Town", "Empty", "Nothing", "id")
    assert got.cells(*got.only.columns, "_row") == [
        ("007", "r", "flat", "1", " E10 ", "", None, None, 1),
        (None, None, None, None, None, None, None, "8", 2),
    ]
    assert got.only.counted == got.only.rows == 2


def test_repeated_elements_become_a_list(place: Place) -> None:
    text = "<R><L><H>a</H><H>b &amp; é</H><P n='1'><N>x</N><N>y</N></P><P/></L><L><H>c</H></L></R>"
    assert receive(place, text).cells("H", "P") == [('["a","b & é"]', '[{"@n":"1","N":["x","y"]},""]'), ("c", None)]
    assert receive(place, text, repeated="H").cells("H") == [('["a","b & é"]',), ('["c"]',)]
    assert receive(place, text, repeated=["P/N"]).cells("P") == [('[{"@n":"1","N":["x","y"]},""]',), (None,)]


def test_text_between_elements_cdata_and_comments(place: Place) -> None:
    got = receive(place, "<R><L><D>say <b>it</b> again</D><C><![CDATA[<a> & ]]>b<!-- no -->c<?no no?></C></L></R>")
    assert got.cells("D", "D.b", "C") == [("say it again", "it", "<a> & bc")]


def test_records_of_text_alone(place: Place) -> None:
    assert receive(place, "<R><L>E05</L><L n='1'>E06</L><L/></R>").cells("L", "@n") == [("E05", None), ("E06", "1"), ("", None)]


def test_records_within_records_are_theirs(place: Place) -> None:
    assert receive(place, "<R><L><a>1</a><L><a>2</a></L></L></R>").cells("a", "L.a") == [("1", "2")]
    assert receive(place, "<R><S><L><a>0</a></L></S><L><a>1</a></L></R>").cells("a") == [("1",)]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(place: Place, codec: str) -> None:
    declared = "utf-8" if codec == "utf-8-sig" else codec
    assert receive(place, f'<?xml version="1.0" encoding="{declared}"?><R><L><a>é</a></L></R>'.encode(codec)).cells("a") == [("é",)]


def test_cp1252_that_says_it_is_utf8(place: Place) -> None:
    got = receive(place, '<?xml version="1.0" encoding="UTF-8"?><R><L><a>£ é</a></L></R>'.encode("cp1252"))
    assert got.cells("a") == [("£ é",)]
    assert "read as cp1252" in got.only.notices[0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", "empty file"),
        ("id,name\n1,a\n", "line 1, column 1"),
        ("<R>\n<L><a>1</a></L>\n<L><a>2", "line 3, column 8: no element found; the file seems to be cut off"),
        ("<R><L></R>", "mismatched tag"),
        ("<R><L>\n<a>\x01</a></L></R>", "line 2, column 4"),
        ("<R><L><a>1 & 2</a></L></R>", "not well-formed"),
        ('<?xml version="1.0" encoding="klingon"?><R/>', "unknown encoding"),
        ('<!DOCTYPE R [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><R><L>&b;</L></R>', "declares entities"),
        ('<!DOCTYPE R [<!ENTITY x SYSTEM "file:///etc/hostname">]><R><L>&x;</L></R>', "declares entities"),
        ('<!DOCTYPE R [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]><R><L>1</L></R>', "declares entities"),
        ('<!DOCTYPE R SYSTEM "http://127.0.0.1:9/x.dtd"><R><L>&x;</L></R>', "entities"),
        ("<R><M><L>1</L></M></R>", "no element at 'R/L': the nearest that exists is 'R/M/L'"),
        ("<Q><Z/></Q>", "there are 'Q', 'Q/Z'"),
    ],
)
def test_what_can_not_be_read_is_a_problem(place: Place, data: str, told: str) -> None:
    place.put("b.xml", b"<R><L><a>1</a></L></R>")
    got = receive(place, data)
    bad, good = got.batch.received
    assert told in (bad.problem or "")
    assert (bad.rows, good.rows, got.cells("a")) == (0, 1, [("1",)])


def test_a_plain_doctype_is_read(place: Place) -> None:
    assert receive(place, '<!DOCTYPE R SYSTEM "http://127.0.0.1:9/x.dtd"><R><L><a>1</a></L></R>').cells("a") == [("1",)]


def test_no_records_where_the_element_around_them_is_empty(place: Place) -> None:
    got = receive(place, "<R><Ls>\n</Ls></R>", "R/Ls/L")
    assert (got.only.problem, got.only.counted, got.only.notices) == (None, 0, ("no records",))


def test_the_columns_of_what_is_no_xml(place: Place) -> None:
    place.put("a.xml", b"<R>")
    connector = place.connector(format={"xml": {"record": "R/L"}})
    with pytest.raises(FeedError, match="line 1"):
        connector.columns(connector.discover()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is in kilobytes on Linux")
def test_memory_stays_flat(place: Place) -> None:
    """What stands beside the records is not kept, nor are they: 60 MB more of it add little to the peak."""

    def peak(notes: int) -> int:
        with (place.folder / "in" / "a.xml").open("w") as file:
            file.write("<R><Notes>")
            file.writelines("<Note><t>" + "x" * 600 + "</t></Note>" for _ in range(notes))
            file.write("</Notes>")
            file.writelines(f"<L><a>{n}</a></L>" for n in range(50_000))
            file.write("</R>")
        connector = place.connector(format={"xml": {"record": "R/L"}})
        batch = connector.receive(connector.discover(), str(place.into))
        assert batch.received[0].rows == batch.received[0].counted == 50_000
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert -peak(0) + peak(100_000) < 20_000
