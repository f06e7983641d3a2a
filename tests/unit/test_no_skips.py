"""A skip is allowed on a laptop, never in CI."""

import pytest

pytest_plugins = ["pytester"]

OPTIONS = ("-p", "tests.no_skips", "-o", "asyncio_default_fixture_loop_scope=function")
SKIPS = """
    import pytest

    def test_skipped():
        pytest.skip("no such program")

    @pytest.mark.skip(reason="not today")
    def test_marked():
        pass

    @pytest.mark.xfail(reason="known", strict=True)
    def test_expected_to_fail():
        assert False
"""


def test_a_skip_fails_where_ci_is_set(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makepyfile(SKIPS)
    outcome = pytester.runpytest(*OPTIONS)
    outcome.assert_outcomes(failed=1, errors=1, xfailed=1)
    outcome.stdout.fnmatch_lines(["*no such program*"])


def test_a_skip_is_a_skip_elsewhere(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    pytester.makepyfile(SKIPS)
    pytester.runpytest(*OPTIONS).assert_outcomes(skipped=2, xfailed=1)


def test_a_module_that_skips_itself_fails_where_ci_is_set(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makepyfile("import pytest\npytest.importorskip('no_such_module')")
    pytester.runpytest(*OPTIONS).assert_outcomes(errors=1)
