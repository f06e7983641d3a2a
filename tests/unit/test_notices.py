"""The notices name every package that is installed to run the service, under the licence that it states itself."""

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution, metadata

from tests.supply.locks import locked
from tests.supply.notices import noticed_inside, noticed_packages

LICENCES = {notice.name: notice.licence for notice in noticed_packages()}
IN_OTHER_WORDS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
}
GRAFTED = {
    "libcom_err": "libcom_err",
    "libcrypt": "libxcrypt",
    "libcrypto": "OpenSSL",
    "libecpg": "PostgreSQL",
    "libgfortran": "libgfortran",
    "libgssapi_krb5": "MIT Kerberos",
    "libk5crypto": "MIT Kerberos",
    "libkeyutils": "keyutils",
    "libkrb5": "MIT Kerberos",
    "libkrb5support": "MIT Kerberos",
    "liblber": "OpenLDAP",
    "libldap": "OpenLDAP",
    "libpgtypes": "PostgreSQL",
    "libpq": "libpq",
    "libquadmath": "libquadmath",
    "libsasl2": "Cyrus SASL",
    "libscipy_openblas64_": "OpenBLAS",
    "libssl": "OpenSSL",
}
"""What the libraries that wheels carry in their `*.libs` folders are, in the words of the notices."""


def test_the_notices_name_the_packages_of_the_lock_file() -> None:
    names = [entry.name for entry in locked("requirements.lock")]

    assert list(LICENCES) == list(dict.fromkeys(names))  # one may be locked once for each of several Pythons


def test_the_licences_are_those_that_the_packages_state() -> None:
    stated = {package: licences(facts) for package in LICENCES if (facts := installed(package))}

    assert "not stated" not in LICENCES.values()
    assert len(stated) > len(LICENCES) - 5  # what other systems and versions of Python need is not there
    assert {package: set(re.split(" OR | AND ", LICENCES[package])) for package in stated} == stated


def test_the_notices_name_every_library_that_a_package_carries() -> None:
    noticed = {(notice.name, package) for notice in noticed_inside() for package in notice.brought_by}
    carried = [(file, package) for package in LICENCES if installed(package) for file in libraries(package)]

    assert carried
    assert [found for found in carried if (GRAFTED.get(found[0]), found[1]) not in noticed] == []


def test_what_is_inside_is_brought_by_packages_that_are_locked() -> None:
    assert [
        notice for notice in noticed_inside() if not notice.brought_by or set(notice.brought_by) - LICENCES.keys()
    ] == []


def libraries(package: str) -> set[str]:
    """The names of the shared libraries beside the package, without what makes their files unique."""
    files = distribution(package).files or ()
    return {re.split(r"[-.]", file.name)[0] for file in files if file.parent.name.endswith(".libs")}


def installed(package: str) -> PackageMetadata | None:
    try:
        return metadata(package)
    except PackageNotFoundError:
        return None


def licences(facts: PackageMetadata) -> set[str]:
    """SPDX identifiers, from the three places where a package may state them."""
    text: str = facts.json.get("license_expression") or facts.json.get("license") or ""  # type: ignore[assignment] # JSON knows lists, too
    if re.fullmatch(r"[\w.+-]+( (OR|AND) [\w.+-]+)*", text):
        return set(re.split(" OR | AND ", text))
    classifiers = [line.rsplit(" :: ", 1)[1] for line in facts.get_all("Classifier", []) if line.startswith("License")]
    return {IN_OTHER_WORDS[words] for words in classifiers or text.splitlines()[:1]} or {"not stated"}
