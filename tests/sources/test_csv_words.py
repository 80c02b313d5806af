# ruff: noqa: RUF001  words of many languages
"""Headers, months and categories in the languages of Jira's sites."""

from collections import defaultdict

import pytest

from flowlint.sources import csv_words
from flowlint.sources.csv_words import Meaning, meaning_of, month, own_status, split, status_category

SITES = {  # headers of an export with all fields, as sites in these languages write them
    "en": "Summary|Issue key|Issue id|Issue Type|Status|Parent|Parent key|Status Category|Custom field (Team)",
    "de": "Zusammenfassung|Vorgangsschlüssel|Vorgangs-ID|Vorgangstyp|Status|Übergeordnet|Parent key|Statuskategorie|Benutzerdefinierte Felder (Team)",
    "fr": "Résumé|Clé de ticket|ID de ticket|Type de ticket|État|Parent|Clé parent|Catégorie d\u2019état|Champs personnalisés (Team)",
    "es": "Resumen|Clave de incidencia|ID de la incidencia|Tipo de Incidencia|Estado|Principal|Clave principal|Categoría de estado|Campo personalizado (Team)",
    "pt": "Resumo|Chave da item|ID da item|Tipo de item|Status|Pai|Chave pai|Categoria do status|Campo personalizado (Team)",
    "it": "Riepilogo|Chiave segnalazione|ID segnalazione|Tipo segnalazione|Stato|Principale|Chiave principale|Categoria stato|Campo personalizzato (Team)",
    "nl": "Samenvatting|Issuesleutel|Issue-ID|Issuetype|Status|Bovenliggend|Bovenliggende sleutel|Statuscategorie|Aangepast veld (Team)",
    "pl": "Podsumowanie|Klucz zgłoszenia|Id. zgłoszenia|Typ zgłoszenia|Status|Element nadrzędny|Klucz nadrzędny|Kategoria statusu|Pole niestandardowe (Team)",
    "ru": "Тема|Ключ проблемы|Идентификатор проблемы|Тип задачи|Статус|Родитель|Родительский ключ|Категория статуса|Пользовательское поле (Team)",
    "ja": "要約|課題キー|課題 ID|課題タイプ|ステータス|親|親キー|ステータス カテゴリ|カスタムフィールド (Team)",
    "zh": "概要|问题关键字|问题ID|问题类型|状态|父级|父级关键字|状态类别|自定义字段(Team)",
    "ko": "요약|이슈 키|이슈 ID|이슈 유형|상태|상위 항목|상위 키|상태 카테고리|사용자정의 필드 (Team)",
    "cs": "Souhrn|Klíč požadavku|ID požadavku|Typ požadavku|Stav|Nadřazený|Nadřazený klíč|Kategorie stavu|Vlastní pole (Team)",
    "sv": "Sammanfattning|Ärendenyckel|Ärende-ID|Ärendetyp|Status|Överordnad|Överordnad nyckel|Statuskategori|Anpassat fält (Team)",
    "da": "Resumé|Sagsnøgle|Sags-id|Sagstype|Status|Overordnet|Overordnet nøgle|Statuskategori|Brugerdefineret felt (Team)",
    "no": "Sammendrag|Saksnøkkel|Saks-ID|Sakstype|Status|Overordnet|Overordnet nøkkel|Statuskategori|Egendefinert felt (Team)",
    "tr": "Özet|Sorun anahtarı|Sorun kimliği|Sorun türü|Durum|Üst öğe|Üst öğe anahtarı|Durum kategorisi|Özel alan (Team)",
    "hu": "Összefoglalás|Ügy kulcsa|Ügy azonosítója|Ügy típusa|Állapot|Szülő|Szülő kulcsa|Állapotkategória|Egyéni mező (Team)",
    "uk": "Підсумок|Ключ запиту|Ідентифікатор запиту|Тип запиту|Статус|Батьківський елемент|Батьківський ключ|Категорія статусу|Користувацьке поле (Team)",
    "fi": "Yhteenveto|Tapauksen avain|Tapauksen tunnus|Tapauksen tyyppi|Tila|Ylätaso|Ylätason avain|Tilaluokka|Mukautettu kenttä (Team)",
}
KINDS = ["summary", "key", "id", "issuetype", "status", "parent", "parent_key", "status_category", "custom"]


@pytest.mark.parametrize("language", SITES)
def test_the_headers_of_a_language(language):
    """Each header of a site in this language means what the English one means, in capitals and with a colon too."""
    headers = SITES[language].split("|")
    for form in (str, str.upper, lambda header: f" {header}:" if ")" not in header else header, lambda h: f"\ufeff{h}"):
        assert [meaning_of(form(header)).kind for header in headers] == KINDS


def test_no_header_means_two_things():
    """A word of one language must not turn a column of another one into something else."""
    meant = defaultdict(set)
    for kind in csv_words.kinds():
        for _, name in csv_words.languages(kind):
            meant[csv_words.header_key(name)].add(kind)
    assert {name: found for name, found in meant.items() if len(found) > 1} == {}


def test_every_kind_is_told_in_every_language():
    """The twelve commonest languages and eight more: none lacks the columns that everything hangs on."""
    for kind in ("key", "id", "summary", "issuetype", "parent", "parent_key", "created", "updated", "resolutiondate"):
        known = {part.strip() for languages, _ in csv_words.languages(kind) for part in languages.split(",")}
        assert set(SITES) <= known, kind


@pytest.mark.parametrize(
    ("header", "kind", "name"),
    [
        ("Custom field (Epic Link)", "epic_link", "Epic Link"),
        ("自定义字段(史诗链接)", "epic_link", "史诗链接"),
        ("Epic Link", "epic_link", "Epic Link"),
        ("Custom field (Parent Link)", "parent_link", "Parent Link"),
        ("Custom field (Sprint)", "sprint", "Sprint"),
        ("Custom field (Story Points (new))", "custom", "Story Points (new)"),
        ("Custom field ([CHART] Time in Status)", "custom", "[CHART] Time in Status"),
        ("Inward issue link (Blocks)", "inward", "Blocks"),
        ("Outward issue link (Polaris work item link)", "outward", "Polaris work item link"),
        ("Zewnętrzne łącze do zgłoszenia (Blocks)", "outward", "Blocks"),
        ("Lien de ticket sortant (Duplicate)", "outward", "Duplicate"),
        ("Eingehende Vorgangsverknüpfung (Blocks)", "inward", "Blocks"),
        ("issue_key", "key", ""),
        ("Component/s", "components", ""),
        ("Parent id", "parent", ""),
        ("Parent Story", "parent", ""),
    ],
)
def test_particular_headers(header, kind, name):
    """Fields and link types stand in brackets; a few fields are Jira's own in disguise."""
    found = meaning_of(header)
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    "header", ["", " ", "()", "Custom field ()", "(Blocks)", "Votes", "Keyboard", "x" * 500, "\ufeff"]
)
def test_unknown_headers(header):
    """They mean nothing, and break nothing."""
    assert meaning_of(header) is None


def test_brackets():
    """Prefix and name part at the first bracket, whatever its width."""
    assert split("Feld (a (b))") == ("feld", "a (b)")
    assert split("自定义字段（Team）") == ("自定义字段", "Team")
    assert csv_words.of_custom("Votes") == Meaning("custom", "Votes", english=False)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (
            "To Do|Zu erledigen|À faire|Por hacer|Itens Pendentes|Do zrobienia|К выполнению|作業前|待办|해야 할 일",
            "new",
        ),
        ("In Progress|In Arbeit|En cours|En curso|Em andamento|W toku|В работе|進行中|进行中|진행 중", "indeterminate"),
        ("Done|Erledigt|Terminé(e)|Listo|Itens concluídos|Gotowe|Готово|完了|完成|완료", "done"),
    ],
)
def test_status_categories(words, key):
    """Jira's three categories by the words of the site."""
    assert {status_category(word) for word in words.split("|")} == {key}
    assert own_status("Waiting for the moon") is None
    assert (own_status("Open"), own_status("Geschlossen")) == ("new", "done")


def test_months():
    """Whole names and every beginning that belongs to one month; a beginning of two is none."""
    for names in csv_words._data()["months"].values():
        assert [month(name) for name in names] == list(range(1, len(names) + 1))
    assert [month(word) for word in ("Mär", "mrt", "sty", "paź.", "дек", "déc.", "Ağu", "čvc", "kesä", "三月")] == [
        3, 3, 1, 10, 12, 12, 8, 7, 6, 3,
    ]  # fmt: skip
    assert [month(word) for word in ("ju", "j", "", "day", "juxx", "červe")] == [None] * 6
