"""The bill of materials, CycloneDX: what the service is installed from, and what comes inside that.

Made from requirements.lock (names, versions, hashes of the files that may be installed), the notices (licences, and
what is no Python package) and the packages that are installed here (the versions of what is inside them, and what they
list themselves in `*.dist-info/sboms`). It needs no network and holds no address to download from.
"""

import json
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tests.supply.locks import Locked, locked
from tests.supply.notices import Notice, noticed_inside, noticed_packages
from tests.supply.versions import version_inside

LOCK = "requirements.lock"
_LICENCES = LicenseFactory()
_PROGRAMS = {"FFmpeg", "PostgreSQL"}
_MARKER = "music-app:for"
"""The property that says for which systems a package is, in the words of the lock file."""


def make_bill() -> Bom:
    """The bill of what `requirements.lock` installs, on any system. Licences are looked up in the notices."""
    service = Component(
        name="music-app",
        version=distribution("music-app").version,
        type=ComponentType.APPLICATION,
        licenses=[_licence("MIT")],
        bom_ref="music-app",
    )
    notices = {notice.name: notice for notice in noticed_packages()}
    packages = [_package(entry, notices[entry.name]) for entry in locked(LOCK)]
    bill = Bom(components=packages)
    bill.metadata.component = service
    bill.register_dependency(service, packages)
    return bill


def as_json(bill: Bom) -> str:
    """CycloneDX 1.6 as JSON."""
    return JsonV1Dot6(bill).output_as_string(indent=2)


def _package(entry: Locked, notice: Notice) -> Component:
    return Component(
        name=entry.name,
        version=entry.version,
        purl=PackageURL("pypi", name=entry.name, version=entry.version),
        licenses=[_licence(notice.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in entry.sha256],
        properties=[Property(name=_MARKER, value=entry.marker)] if entry.marker else [],
        external_references=[_home(notice)],
        components=[*_noticed(entry), *_listed(entry)],
        bom_ref=f"{entry.name}=={entry.version}",
    )


def _noticed(entry: Locked) -> Iterator[Component]:
    """What the notices name inside the package."""
    for notice in noticed_inside():
        if entry.name in notice.brought_by:
            yield Component(
                name=notice.name,
                version=version_inside(entry.name, notice.name) if _installed(entry) else None,
                type=ComponentType.APPLICATION if notice.name in _PROGRAMS else ComponentType.LIBRARY,
                licenses=[_licence(notice.licence)],
                external_references=[_home(notice)],
                bom_ref=f"{entry.name}=={entry.version}/{notice.name}",
            )


def _listed(entry: Locked) -> Iterator[Component]:
    """What the package, where this version of it is installed, lists itself."""
    for number, component in enumerate(_own_components(entry)):
        expressions = [licence["expression"] for licence in component.get("licenses", []) if "expression" in licence]
        yield Component(
            name=component["name"],
            version=component.get("version"),
            purl=PackageURL.from_string(component["purl"]) if "purl" in component else None,
            licenses=[_licence(expression) for expression in expressions],
            bom_ref=f"{entry.name}=={entry.version}/{number}/{component['name']}",
        )


def _own_components(entry: Locked) -> Iterable[dict[str, Any]]:
    """The components of the bills that the package brings itself, without the package."""
    itself = entry.name.replace("-", "_")
    for file in (distribution(entry.name).files or ()) if _installed(entry) else ():
        if file.parent.name == "sboms" and file.suffix == ".json":
            components = json.loads(file.read_text("utf-8")).get("components", [])
            yield from (component for component in components if component["name"].replace("-", "_") != itself)


def _installed(entry: Locked) -> bool:
    """Whether this very version of the package is installed here."""
    try:
        return distribution(entry.name).version == entry.version
    except PackageNotFoundError:
        return False


def _licence(expression: str) -> License:
    return _LICENCES.make_from_string(expression)


def _home(notice: Notice) -> ExternalReference:
    return ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(notice.home))
