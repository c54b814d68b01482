from dataclasses import fields
from pathlib import Path

import pytest

from controller.settings import ControllerSettings, SettingsError, read_settings


def faults(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read_settings(environment)
    return refused.value.faults


def toml(folder: Path, text: str) -> dict[str, str]:
    path = folder / "loa.toml"
    path.write_text(text, encoding="utf-8")
    return {"LOA_SETTINGS": str(path)}


def test_without_any_setting_the_controller_is_for_this_machine_alone() -> None:
    settings = read_settings({})
    assert settings == ControllerSettings()
    assert (settings.http_host, settings.broker_host) == ("127.0.0.1", "127.0.0.1")
    assert settings.url == "http://127.0.0.1:8080"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environment = toml(tmp_path, 'http_port = 8000\nvoices = ["espeak"]\nlog_level = "DEBUG"\n')
    settings = read_settings({**environment, "LOA_HTTP_PORT": "9000"})
    assert (settings.http_port, settings.voices, settings.log_level) == (9000, ("espeak",), "DEBUG")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("state", "/var/lib/loa", Path("/var/lib/loa")),
        ("http_port", "80", 80),
        ("public_url", "https://loa.example.vn/", "https://loa.example.vn/"),
        ("voices", "espeak, gtts", ("espeak", "gtts")),
        ("voice_budget_s", "2.5", 2.5),
        ("render_workers", "4", 4),
        ("espeak_accent", "southern", "southern"),
        ("database_url", "postgresql+psycopg://u:p@h/loa", "postgresql+psycopg://u:p@h/loa"),
    ],
)
def test_a_setting_is_read_as_what_it_is(name: str, text: str, value: object) -> None:
    assert getattr(read_settings({f"LOA_{name.upper()}": text}), name) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("LOA_HTTP_PORT", "0"),
        ("LOA_HTTP_PORT", "65536"),
        ("LOA_HTTP_PORT", "http"),
        ("LOA_BROKER_PORT", "-1"),
        ("LOA_PUBLIC_URL", "loa.example.vn"),
        ("LOA_PUBLIC_URL", "ftp://loa.example.vn"),
        ("LOA_VOICES", "siri"),
        ("LOA_VOICES", "gtts,"),
        ("LOA_VOICE_BUDGET_S", "nan"),
        ("LOA_VOICE_BUDGET_S", "0.5"),
        ("LOA_RENDER_WORKERS", "9"),
        ("LOA_ESPEAK_SPEED", "79"),
        ("LOA_ESPEAK_ACCENT", "hue"),
        ("LOA_LOG_LEVEL", "debug"),
        ("LOA_DATABASE_URL", "loa.db"),
        ("LOA_STATE", " "),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(key: str, text: str) -> None:
    (fault,) = faults({key: text})
    assert fault.startswith(f"{key}: must be ")


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    environment = toml(tmp_path, 'http_prot = 80\nvoices = ["siri"]\n')
    environment |= {
        "LOA_BROKER_PORT": "x",
        "LOA_LOGLEVEL": "INFO",
        "LOA_DATABASE_URL_FILE": str(tmp_path / "missing"),
    }
    found = faults(environment)
    assert [fault.partition(":")[0] for fault in found] == [
        "LOA_BROKER_PORT",
        "LOA_DATABASE_URL_FILE",
        "LOA_LOGLEVEL",
        "LOA_VOICES",
        "http_prot",
    ]


def test_the_agents_variables_may_stand_beside_ours() -> None:
    others = {"LOA_AGENT_STATE": "x", "LOA_AGENT_CODE": "y", "LOADING": "z"}
    assert read_settings(others) == ControllerSettings()


def test_an_empty_variable_counts_as_not_set() -> None:
    names = [one.name for one in fields(ControllerSettings)]
    empty = {f"LOA_{name.upper()}": "" for name in names}
    assert read_settings(empty) == ControllerSettings()


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "database-url"
    secret.write_text("sqlite:////srv/loa.db\n", encoding="utf-8")
    settings = read_settings({"LOA_DATABASE_URL_FILE": str(secret)})
    assert settings.database_url == "sqlite:////srv/loa.db"
    assert "srv" not in repr(settings)


def test_a_secret_given_twice_is_a_fault(tmp_path: Path) -> None:
    secret = tmp_path / "database-url"
    secret.write_text("sqlite:////srv/loa.db", encoding="utf-8")
    (fault,) = faults({"LOA_DATABASE_URL_FILE": str(secret), "LOA_DATABASE_URL": "sqlite:///x"})
    assert fault.startswith("LOA_DATABASE_URL_FILE: LOA_DATABASE_URL is set too")


def test_a_wrong_database_address_is_not_repeated_since_it_may_hold_a_password() -> None:
    (fault,) = faults({"LOA_DATABASE_URL": "mysql://loa:geheim@host/loa"})
    assert "geheim" not in fault


@pytest.mark.parametrize("content", [b"http_port = ", b"\xff\xfe\x00", b"http_port = 1\nhttp_port = 2\n"])
def test_a_file_that_cannot_be_read_is_a_fault_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "loa.toml"
    path.write_bytes(content)
    (fault,) = faults({"LOA_SETTINGS": str(path)})
    assert fault.startswith(f"LOA_SETTINGS: {path} cannot be read")


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults({"LOA_SETTINGS": str(tmp_path / "no.toml")})
    assert "correct the path" in fault


def test_console_and_broker_cannot_share_a_port() -> None:
    (fault,) = faults({"LOA_HTTP_PORT": "1883"})
    assert fault == "LOA_BROKER_PORT: must differ from LOA_HTTP_PORT"


def test_a_broker_that_others_can_reach_must_speak_tls(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"LOA_BROKER_HOST": "0.0.0.0"})  # noqa: S104
    assert [fault.partition(":")[0] for fault in caught.value.faults] == [
        "LOA_BROKER_PUBLIC_HOST",
        "LOA_BROKER_TLS_CA",
        "LOA_BROKER_TLS_CERTIFICATE",
        "LOA_BROKER_TLS_KEY",
    ]
    pem = tmp_path / "all.pem"
    pem.touch()
    given = {f"LOA_BROKER_TLS_{name}": str(pem) for name in ("CA", "CERTIFICATE", "KEY")}
    settings = read_settings({"LOA_BROKER_HOST": "0.0.0.0", "LOA_BROKER_PUBLIC_HOST": "loa.vn", **given})  # noqa: S104
    assert settings.broker_tls_ca == str(pem)


def test_a_certificate_that_is_not_there_is_a_fault() -> None:
    given = {f"LOA_BROKER_TLS_{name}": "/no/such.pem" for name in ("CA", "CERTIFICATE", "KEY")}
    with pytest.raises(SettingsError, match=r"LOA_BROKER_TLS_KEY: /no/such\.pem cannot be read"):
        read_settings({"LOA_BROKER_PUBLIC_HOST": "loa.vn", **given})
