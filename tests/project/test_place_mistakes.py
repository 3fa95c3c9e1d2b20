"""Mistakes in where files are, and exactly what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from borough.errors import Mistake
from borough.project.checks import check
from borough.project.load import load_leniently

from .folders import folder

HERE = "sources/register.yaml"


def said(root: Path, files: str, options: str = "{}", **env: str) -> list[str]:
    text = f"source: register\nconnect:\n  files: {files}\n  options: {options}\nfeeds:\n  homes: {{delivers: append, format: csv}}\n"
    project, mistakes = load_leniently(folder(root, {HERE: text}), env)
    found: list[Mistake] = sorted({*mistakes, *(check(project) if project else [])})
    return [str(m).removeprefix(f"{HERE}:") for m in found if m.place.file == HERE and "extract_date" not in m.found and m.severity == "error"]


GOOD = [
    ("s3://b/{extract_date:%Y}/*.csv", "{endpoint: 'https://s3.example', region: eu-west-2, key: AK, secret: '${S}', anonymous: 'true'}"),
    ("sftp://ann@host:2222/out/*.zip/a*.csv", "{key_file: k, known_hosts: h, passphrase: '${S}', largest_member: 20 GB}"),
    ("sftp://ann:${S}@host/out/*.csv", "{}"),
    ("${ADDRESS}/*.csv", "{host_key: ssh-ed25519 AAAA}"),
    ("https://host/a.csv?x=*", "{token: '${S}'}"),
    ("https://host/a.zip/*.csv", "{}"),
    ("abfss://c@a.dfs.core.windows.net/x/*.csv", "{key: '${S}'}"),
    ("gs://b/**/x.csv.gz", "{key_file: k}"),
    ("data/*.csv", "{largest_member: 500 MB}"),
]


@pytest.mark.parametrize(("files", "options"), GOOD)
def test_what_is_right(tmp_path: Path, files: str, options: str) -> None:
    assert said(tmp_path, files, options, S="x", ADDRESS="sftp://ann:secret@host/x") == []


WRONG = [
    ("s33://b/*.csv", "{}", "3:10: found files at s33://; expected a folder, or one of s3://, abfss://, az://, gs://, sftp://, https://, http://; did you mean 's3'?"),
    ("ftp://h/*.csv", "{}", "3:10: found files at ftp://; expected a folder, or one of s3://, abfss://, az://, gs://, sftp://, https://, http://; did you mean 'sftp'?"),
    ("s3:///x.csv", "{}", "3:10: found s3:// without a bucket; expected s3://NAME/…"),
    ("sftp://ann:hunter2@h/x.csv", "{}", "3:10: found a password in an address; expected `${NAME}` of the environment: declarations are kept where many read them; or `password:` in connect.options"),
    ("https://h/data/*.csv", "{}", "3:25: found '*' in an address of the web; expected the address of one file: servers of the web can't be asked what they have"),
    ("a/*.zip/b.zip/c.csv", "{}", "3:20: found an archive in an archive; expected one `.zip/` in a pattern: unpack the outer one on its way"),
    ("s3://b/*.csv", "{regoin: x}", "4:13: found the option 'regoin' for files at s3://; expected one of endpoint, region, key, secret, token, anonymous, virtual_hosted_style, allow_http, largest_member; did you mean 'region'?"),
    ("sftp://h/*.csv", "{secret: '${S}'}", "4:13: found the option 'secret' for files at sftp://; expected one of password, key_file, passphrase, known_hosts, host_key, largest_member"),
    ("data/*.csv", "{region: x}", "4:13: found the option 'region' for files of this machine; expected largest_member"),
    ("s3://b/*.csv", "{secret: hunter2}", "4:21: found a secret in 'secret'; expected `${NAME}` of the environment: declarations are kept where many read them"),
    ("data/*.zip/*.csv", "{largest_member: lots}", "4:29: found 'lots'; expected a size such as 20 GB"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "options", "mistake"), WRONG)
def test_what_is_wrong(tmp_path: Path, files: str, options: str, mistake: str) -> None:
    assert said(tmp_path, files, options, S="x") == [mistake]
