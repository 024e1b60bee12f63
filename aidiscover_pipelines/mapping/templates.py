"""Known products' exports: templates/<product>.yaml, one file per product (and language), and how one is recognised.

A template lists the headers of a product's sheets with the canonical field each carries. It serves twice: a sheet whose
headers are those of a known product is read by its template, and all templates together train the ranker.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.mapping import measures, normalise
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.prepared import prepared
from aidiscover_pipelines.mapping.words import TEMPLATES, read_data

# A sheet is a product's where at least this share of its headers, weighed by how few products use them, and so many
# headers are that product's. Headers like 'Name' or 'Status' stand in a third of all templates and prove little.
RECOGNISED_SHARE, RECOGNISED_HEADERS = 0.6, 4
# Together they must tell as much as one header that no other product uses: five that everybody uses are nobody's.
RECOGNISED_TELLING = 1.0
# A held-out source shares no product with the templates it is judged by: this share of its headers is too much.
RELATED_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One header: its field (or 'ignore'), other labels a careful second person would give, and sample values."""

    header: str
    field: str
    samples: tuple[str, ...]
    unit: str | None
    statistic: str | None
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One sheet of a product's export. `key` is the file's name, `product` what the vendor calls it."""

    key: str
    product: str
    language: str
    sheet: str
    describes: EntityKind
    columns: tuple[TemplateColumn, ...]

    @property
    def family(self) -> str:
        """The product's first word: exports of one product in several languages belong together."""
        return self.product.split()[0].casefold()


@cache
def templates() -> tuple[Template, ...]:
    """Every sheet of every template file, by file name, as `make model` read them."""
    return tuple(_restored(sheet) for sheet in prepared()["templates"])


def read_templates() -> tuple[Template, ...]:
    """The same from the files themselves. Raises: ConfigError naming file and header."""
    return tuple(sheet for path in sorted(TEMPLATES.glob("*.yaml")) for sheet in _read(path))


def as_document(sheet: Template) -> dict[str, Any]:
    """A sheet for JSON; the columns without their names."""
    return asdict(sheet) | {"columns": [list(asdict(column).values()) for column in sheet.columns]}


def _restored(document: Mapping[str, Any]) -> Template:
    columns = tuple(
        TemplateColumn(header, field, tuple(samples), unit, statistic, tuple(also))
        for header, field, samples, unit, statistic, also in document["columns"]
    )
    return Template(**{**document, "describes": EntityKind(document["describes"]), "columns": columns})


def _read(path: Path) -> Iterable[Template]:
    document = read_data(path)
    for sheet in document["sheets"]:
        yield Template(
            key=path.stem,
            product=str(document["product"]),
            language=str(document["language"]),
            sheet=str(sheet["name"]),
            describes=EntityKind(sheet["describes"]),
            columns=tuple(_column(path, listed) for listed in sheet["columns"]),
        )


def _column(path: Path, listed: Sequence[Any]) -> TemplateColumn:
    header, field = listed[:2]
    samples = listed[2] if len(listed) > 2 else ""
    options = listed[3] if len(listed) > 3 else {}
    also = tuple(options.get("also", ()))
    for name in (field, *also):
        if name not in BY_NAME and name != IGNORE:
            raise ConfigError(
                f"cannot read template {path.name!r}: {header!r} names {name!r}, which is no canonical field; "
                "use a name of domain/canonical.py or 'ignore'"
            )
    values = tuple(text.strip() for text in str(samples or "").split("|") if text.strip())
    unit = measures.documented_unit(options.get("unit"), field)
    return TemplateColumn(
        str(header), field, values, unit, measures.documented_statistic(options.get("statistic")), also
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """Compact header -> column, by product file; and how telling each compact header is (1 / products using it)."""

    columns: dict[str, dict[str, TemplateColumn]]
    sheets: dict[str, list[Template]]
    telling: dict[str, float]


@cache
def _known() -> _Known:
    columns: dict[str, dict[str, TemplateColumn]] = {}
    sheets: dict[str, list[Template]] = {}
    compact = prepared()["compact"]
    for sheet in templates():
        known = columns.setdefault(sheet.key, {})
        for column in sheet.columns:
            known.setdefault(compact[column.header] or spelling(column.header), column)
        sheets.setdefault(sheet.key, []).append(sheet)
    uses = Counter(header for known in columns.values() for header in known)
    return _Known(columns, sheets, {header: 1 / count for header, count in uses.items()})


def spelling(header: str) -> str:
    """A header as templates are compared: words run together, accents and case dropped; the text if none is left."""
    return normalise.compact(header) or header.strip().casefold()


@dataclass(frozen=True, slots=True)
class Recognised:
    """A sheet of a known product: the template sheet nearest to it, and the product's column for each position."""

    template: Template
    columns: dict[int, TemplateColumn]


def recognise(headers: Sequence[str], without: frozenset[str] = frozenset()) -> Recognised | None:
    """The product whose headers these are; None where none is certain. Families in `without` do not count."""
    known = _known()
    spelled = [spelling(header) for header in headers]
    weight = [known.telling.get(header, 1.0) for header in spelled]
    total = sum(weight)
    best, best_share = "", RECOGNISED_SHARE
    for key, columns in known.columns.items():
        hits = [position for position, header in enumerate(spelled) if header in columns]
        if known.sheets[key][0].family in without or len(hits) < RECOGNISED_HEADERS:
            continue
        telling = sum(weight[position] for position in hits)
        share = telling / total
        if share >= best_share and telling >= RECOGNISED_TELLING:
            best, best_share = key, share
    if not best:
        return None
    nearest = max(known.sheets[best], key=lambda sheet: _shared(sheet, set(spelled)))
    # Where two sheets of a product use one header, the nearest sheet says what it means here.
    columns = known.columns[best] | {spelling(column.header): column for column in nearest.columns}
    return Recognised(nearest, {at: columns[header] for at, header in enumerate(spelled) if header in columns})


def _shared(sheet: Template, spelled: set[str]) -> float:
    own = {spelling(column.header) for column in sheet.columns}
    return len(own & spelled) / len(own | spelled)


def related_families(source: str, headers: Sequence[str]) -> frozenset[str]:
    """Families that must not help to judge a labelled source: named in it, or with too many of its headers."""
    known = _known()
    spelled = {spelling(header) for header in headers}
    named = set(normalise.words(source))
    return frozenset(
        known.sheets[key][0].family
        for key, columns in known.columns.items()
        if known.sheets[key][0].family in named or len(spelled & columns.keys()) >= max(RELATED_SHARE * len(spelled), 3)
    )
