#pragma once
// Signatures of people: Ed25519 (RFC 8032), in the form of `ssh-keygen -Y sign` (OpenSSH's PROTOCOL.sshsig).
//
// One form for both kinds of keys: what a key file of ours signs, `ssh-keygen -Y verify` accepts, and the other way
// round, so that a committee needs no program of ours to check what it decided, and people may sign with the keys (or
// agents, or hardware tokens that hold Ed25519 keys) that they have. A signature is over a name space and the SHA-256
// or SHA-512 of the message: one that was given for one purpose is worth nothing for another.
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace trigloop::registry {

struct PublicKey {
  std::array<std::uint8_t, 32> bytes = {};
  bool operator==(const PublicKey&) const = default;
};

/// From "ssh-ed25519 AAAA... COMMENT", a line of a .pub or authorized_keys file. Errors: damaged; unsupported, for
/// another kind of key.
PublicKey parse_public_key(std::string_view line);
/// The same line, without a comment.
std::string to_line(const PublicKey& key);
/// "SHA256:...", as `ssh-keygen -l` prints it.
std::string fingerprint(const PublicKey& key);

/// A private key. The memory is wiped when it goes.
class PrivateKey {
 public:
  /// A new one, from the system's random numbers.
  static PrivateKey make();
  /// From a PKCS #8 PEM file, as `openssl genpkey -algorithm ed25519` and `save` write it. Errors: not_found; usage, if
  /// others than its owner may read or write it, if it is protected by a passphrase, or if it is a key of OpenSSH's own
  /// form (sign with `ssh-keygen -Y sign` then); damaged.
  static PrivateKey load(const std::filesystem::path& path);

  PrivateKey(PrivateKey&&) noexcept = default;
  PrivateKey& operator=(PrivateKey&&) = delete;
  PrivateKey(const PrivateKey&) = delete;
  ~PrivateKey();

  /// Writes it with mode 0600. Error: output, if the file is there already or cannot be written.
  void save(const std::filesystem::path& path) const;
  PublicKey public_key() const;
  /// "-----BEGIN SSH SIGNATURE-----...": over the message and the name space, for instance "trigloop-approval". Equal
  /// messages have equal signatures.
  std::string sign(std::string_view name_space, std::string_view message) const;

 private:
  PrivateKey() = default;
  std::array<std::uint8_t, 32> seed_ = {};
};

/// The key that signed, after its signature was checked. Errors: damaged, if it is no signature; unsupported, for other
/// kinds of keys; mismatch, if it is of another message or name space.
PublicKey verify_signature(std::string_view armoured, std::string_view name_space, std::string_view message);

}  // namespace trigloop::registry
