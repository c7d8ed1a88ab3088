"""The manual is read in the application: each chapter, its tables and its links."""

import re

import pytest
from django.test import Client

from core.guide import FOLDER, chapters, examples
from tests.cast import Cast


@pytest.fixture
def reader(client: Client, cast: Cast) -> Client:
    client.force_login(cast.inspector_a)
    return client


def test_every_chapter_opens_and_every_link_leads_somewhere(reader: Client) -> None:
    first = reader.get("/guide/").content.decode()
    for name, chapter in chapters().items():
        answer = reader.get(f"/guide/{name}/", follow=True)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert chapter.title in page
        assert f'href="/guide/{name}/"' in first
        for address in re.findall(r'href="([^"#]+)[^"]*"', chapter.html):
            assert reader.get(address, follow=True).status_code == 200, (name, address)
        assert all(f'id="{anchor}"' in chapter.html for anchor, _ in chapter.sections)


def test_every_file_of_the_manual_is_a_chapter_and_its_text_is_whole() -> None:
    written = {file.stem: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.md"))}
    assert set(chapters()) == set(written)
    assert "<table>" in chapters()["README"].html
    for name, chapter in chapters().items():
        shown = "".join(re.sub(r"<[^>]*>", "", chapter.html).split())
        assert all("".join(word.split()) in shown for word in re.findall(r"【[^】]+】", written[name])), name
        # A line of the file that ends in Chinese goes on without a blank.
        assert not re.search(r"[一-鿿，。；]\n[一-鿿]", re.sub(r"</?(p|li|ul|ol|td|h2|h3)>", "|", chapter.html)), name


def test_an_example_is_a_file_and_an_unknown_chapter_is_none(reader: Client, client: Client) -> None:
    answer = reader.get("/guide/examples/summer/")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == examples()["summer"]
    assert reader.get("/guide/99-none/").status_code == 404
    assert reader.get("/guide/examples/none/").status_code == 404
    reader.logout()
    assert client.get("/guide/").status_code == 302


def test_the_account_menu_leads_to_the_manual(client: Client, cast: Cast) -> None:
    client.force_login(cast.inspector_a)
    assert 'href="/guide/"' in client.get("/").content.decode()
