from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from fund_service.settings import read_settings
from models.errors import ValueNotAllowed


def test_without_any_setting_everything_has_a_place():
    settings = read_settings({})
    assert settings.home.is_absolute()
    assert settings.database_url is settings.encoder is None
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.secure


def test_empty_means_not_set():
    names = ("FUND_HOME", "FUND_DATABASE_URL", "FUND_ENCODER", "FUND_PUBLIC_URL", "FUND_THREADS")
    assert read_settings(dict.fromkeys(names, "")) == read_settings({})


def test_what_is_set_is_taken(tmp_path: Path):
    settings = read_settings({
        "FUND_HOME": str(tmp_path),
        "FUND_DATABASE_URL": "postgresql+psycopg://u@h/d",
        "FUND_ENCODER": "/models/e5",
        "FUND_PUBLIC_URL": "https://fund.example/",
    })  # fmt: skip
    assert settings.home == tmp_path
    assert settings.database_url == "postgresql+psycopg://u@h/d"
    assert settings.encoder == "/models/e5"
    assert settings.public_url == "https://fund.example"
    assert settings.secure


def test_the_home_may_be_relative_to_the_user():
    assert read_settings({"FUND_HOME": "~/fund"}).home == Path("~/fund").expanduser().resolve()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FUND_DATABASE_URL", "sqlite:///fund.db"),
        ("FUND_DATABASE_URL", "postgresql://u@h/d"),
        ("FUND_PUBLIC_URL", "fund.example"),
        ("FUND_PUBLIC_URL", "javascript:x"),
    ],
)
def test_what_can_mean_nothing_is_refused_by_name(name: str, value: str):
    with pytest.raises(ValueNotAllowed) as caught:
        read_settings({name: value})
    assert caught.value.field == name


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        read_settings({}).encoder = "x"


def test_the_processors_may_be_bounded():
    assert read_settings({}).threads is None
    assert read_settings({"FUND_THREADS": "2"}).threads == 2


@pytest.mark.parametrize("threads", ["0", "-1", "two", "1.5"])
def test_a_bound_that_is_no_number_of_processors_is_refused(threads: str):
    with pytest.raises(ValueNotAllowed, match="from 1"):
        read_settings({"FUND_THREADS": threads})


def test_a_mail_server_is_read_with_the_port_its_security_uses():
    host = {"FUND_SMTP_HOST": "mail.example.org", "FUND_SMTP_SENDER": "fund@example.org"}
    for security, port in (("", 587), ("tls", 465), ("none", 25)):
        mail = read_settings({**host, "FUND_SMTP_SECURITY": security}).mail
        assert mail is not None
        assert mail.port == port
    named = {"FUND_SMTP_PORT": "2525", "FUND_SMTP_USER": "u", "FUND_SMTP_PASSWORD": "not to be shown"}
    settings = read_settings({**host, **named})
    assert settings.mail is not None
    assert (settings.mail.port, settings.mail.user, settings.mail.password) == (2525, "u", "not to be shown")
    assert "not to be shown" not in repr(settings)
    assert read_settings({}).mail is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FUND_SMTP_SECURITY", "ssl"), ("FUND_SMTP_PORT", "0"), ("FUND_SMTP_PORT", "65536"), ("FUND_SMTP_PORT", "x"),
        ("FUND_SMTP_SENDER", ""), ("FUND_SMTP_SENDER", "a@b\r\nBcc: c@d"), ("FUND_WEBHOOK_NETWORKS", "10.0.0.1/8"),
    ],
)  # fmt: skip
def test_a_mail_server_or_network_that_cannot_be_is_refused(name: str, value: str):
    host = {"FUND_SMTP_HOST": "mail.example.org", "FUND_SMTP_SENDER": "fund@example.org"}
    with pytest.raises(ValueNotAllowed):
        read_settings({**host, name: value})


def test_networks_of_webhooks_are_read_by_commas():
    assert read_settings({"FUND_WEBHOOK_NETWORKS": "10.0.0.0/8, ::1/128,"}).webhook_networks == (
        "10.0.0.0/8",
        "::1/128",
    )
    assert read_settings({}).webhook_networks == ()
