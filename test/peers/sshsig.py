"""sshsig.py KEY.pem NAMESPACE MESSAGE SIGNATURE: makes the SSHSIG of the message by itself, with the cryptography package's Ed25519,
and compares it with the file, byte for byte."""
import base64
import hashlib
import struct
import sys

try:
    from cryptography.hazmat.primitives import serialization
except ImportError:
    sys.exit(77)


def string(text):
    return struct.pack(">I", len(text)) + text


def main(key_path, name_space, message, signature_path):
    with open(key_path, "rb") as file:
        key = serialization.load_pem_private_key(file.read(), password=None)
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    fields = string(name_space.encode()) + string(b"") + string(b"sha512")
    signature = key.sign(b"SSHSIG" + fields + string(hashlib.sha512(message.encode()).digest()))
    blob = b"SSHSIG" + struct.pack(">I", 1) + string(string(b"ssh-ed25519") + string(public)) + fields
    blob += string(string(b"ssh-ed25519") + string(signature))
    with open(signature_path) as file:
        lines = file.read().split("\n")
    assert lines[0] == "-----BEGIN SSH SIGNATURE-----" and lines[-2:] == ["-----END SSH SIGNATURE-----", ""]
    assert base64.b64decode("".join(lines[1:-2])) == blob, "the signatures differ"


main(*sys.argv[1:])
