"""TLS contexts: which are shared, what they trust, what is said of files that cannot be used."""

import shutil
import ssl

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from dragoman.errors import ConfigurationError
from dragoman.transport.tls import broken, context_for


def test_the_same_settings_share_one_context(authority):
    assert context_for(verify=True, cert=None) is context_for(verify=True, cert=None)
    assert context_for(authority.file, None) is context_for(str(authority.file), None)
    assert context_for(authority.file, None) is not context_for(verify=True, cert=None)


def test_what_a_context_asks_of_a_server(authority):
    for verify in (True, authority.file):
        context = context_for(verify, None)
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context_for(verify=False, cert=None).verify_mode == ssl.CERT_NONE


def test_a_file_of_authorities_replaces_the_systems(authority):
    subjects = [
        dict(pair[0] for pair in found["subject"]) for found in context_for(authority.file, None).get_ca_certs()
    ]

    assert len(subjects) == 1


def test_a_folder_of_authorities_is_taken(tmp_path):
    assert context_for(tmp_path, None).verify_mode == ssl.CERT_REQUIRED


def test_a_context_of_the_callers_own_is_passed_on():
    own = ssl.create_default_context()

    assert context_for(own, None) is own
    with pytest.raises(ConfigurationError, match="not both"):
        context_for(own, "me.pem")


def test_a_client_certificate_may_be_one_file_or_two(authority, tmp_path):
    both = authority.client("me")
    made = trustme.CA().issue_cert("me@example.org")
    made.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    made.private_key_pem.write_to_path(str(tmp_path / "key.pem"))

    assert context_for(False, both) is not context_for(verify=False, cert=None)  # noqa: FBT003 - as a user would
    assert context_for(False, (tmp_path / "cert.pem", tmp_path / "key.pem"))  # noqa: FBT003 - as a user would


@pytest.mark.parametrize("text", [None, "", "no certificate"], ids=["missing", "empty", "something else"])
def test_a_file_that_holds_no_certificate_is_named(tmp_path, text):
    path = tmp_path / "bundle.pem"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigurationError, match=r"verify names .*bundle\.pem"):
        context_for(path, None)
    with pytest.raises(ConfigurationError, match=r"cert names .*bundle\.pem"):
        context_for(False, path)  # noqa: FBT003 - as a user would


def test_an_encrypted_key_is_an_error_and_no_question_at_the_terminal(tmp_path):
    made = trustme.CA().issue_cert("me@example.org")
    key = ec.generate_private_key(ec.SECP256R1())
    coded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password"))
    path = tmp_path / "locked.pem"
    path.write_bytes(made.cert_chain_pems[0].bytes() + coded)

    with pytest.raises(ConfigurationError, match=r"locked\.pem.*unencrypted key"):
        context_for(False, path)  # noqa: FBT003 - as a user would


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_variable_that_names_nothing_is_told_instead_of_ignored(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, str(tmp_path / "nothing"))

    with pytest.raises(ConfigurationError, match=f"{name} names .*nothing.*, which is not there"):
        context_for(verify=True, cert=None)


def test_ssl_cert_file_replaces_the_systems_authorities(monkeypatch, authority, tmp_path):
    shutil.copy(authority.file, tmp_path / "own.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert len(context_for(verify=True, cert=None).get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("error", "says", "is_tls"),
    [
        (
            ConnectionResetError(104, "Connection reset by peer"),
            "the connection broke (connection reset by peer)",
            False,
        ),
        (OSError(), "the connection broke (oserror)", False),
        (ssl.SSLEOFError(8, "EOF"), "the connection broke (without the goodbye of TLS)", False),
        (ssl.SSLError(1, "x"), "TLS failed (x)", True),
    ],
)
def test_how_a_connection_broke_is_said_in_words(error, says, is_tls):
    assert broken(error) == (says, is_tls)
