#include "registry/signature.hpp"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "core/bytes.hpp"
#include "core/file.hpp"
#include "registry/base64.hpp"

namespace trigloop::registry {
namespace {

using core::Error;
using core::ErrorCode;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

constexpr std::string_view algorithm = "ssh-ed25519", magic = "SSHSIG";
constexpr std::string_view begin_line = "-----BEGIN SSH SIGNATURE-----", end_line = "-----END SSH SIGNATURE-----";
constexpr std::size_t most_bytes = 1 << 14;  ///< of a key or signature; they have about 300

void must(bool done) {
  if (!done) throw Error(ErrorCode::internal, "the cryptographic library failed");
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
const std::uint8_t* octets(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
std::string_view as_text(const PublicKey& key) {
  return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

/// A string of the SSH protocol: four bytes of length (RFC 4251), then the bytes.
void put(std::string& out, std::string_view text) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(text.size() >> shift & 255);
  out += text;
}

std::string_view take(core::ByteReader& in) { return as_text(in.take(in.read<std::uint32_t>())); }

std::string hash_of(std::string_view name, std::string_view message) {
  const EVP_MD* const type = name == "sha512" ? EVP_sha512() : name == "sha256" ? EVP_sha256() : nullptr;
  if (type == nullptr) throw Error(ErrorCode::unsupported, "the signature has a hash other than sha256 and sha512");
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  must(EVP_Digest(message.data(), message.size(), digest, &size, type, nullptr) == 1);
  return {reinterpret_cast<const char*>(digest), size};
}

/// What is really signed.
std::string signed_text(std::string_view name_space, std::string_view reserved, std::string_view hash,
                        std::string_view message) {
  std::string text(magic);
  for (const std::string_view part : {name_space, reserved, hash}) put(text, part);
  put(text, hash_of(hash, message));
  return text;
}

std::string blob_of(const PublicKey& key) {
  std::string blob;
  put(blob, algorithm);
  put(blob, as_text(key));
  return blob;
}

PublicKey key_of_blob(std::string_view blob) {
  core::ByteReader in(as_bytes(blob));
  if (take(in) != algorithm)
    throw Error(ErrorCode::unsupported, "is a key of another kind than Ed25519")
        .remedy("Make one with `ssh-keygen -t ed25519`");
  const std::string_view raw = take(in);
  PublicKey key;
  if (raw.size() != key.bytes.size() || in.remaining() != 0) throw Error(ErrorCode::damaged, "is no Ed25519 key");
  std::ranges::copy(raw, reinterpret_cast<char*>(key.bytes.data()));
  return key;
}

/// Our own lines, 70 characters each, as OpenSSH has them.
std::string armour(std::string_view blob) {
  const std::string text = to_base64(as_bytes(blob));
  std::string out = std::string(begin_line) + '\n';
  for (std::size_t i = 0; i < text.size(); i += 70) out += text.substr(i, 70) + '\n';
  return out += std::string(end_line) + '\n';
}

std::vector<std::byte> unarmour(std::string_view text) {
  const auto begin = text.find(begin_line), end = text.find(end_line);
  if (text.size() > most_bytes || begin != 0 || end == text.npos)
    throw Error(ErrorCode::damaged, "is no signature")
        .remedy("It begins with " + std::string(begin_line) + ", as `ssh-keygen -Y sign` writes it");
  std::string body;
  for (const char c : text.substr(begin_line.size(), end - begin_line.size()))
    if (c != '\n' && c != '\r') body += c;
  return from_base64(body);
}

int no_passphrase(char*, int, int, void*) { return 0; }

/// The text of a file that nobody else may look at; the checks are made on the opened file.
std::string private_text(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw Error(ErrorCode::not_found, std::strerror(errno)).file(path.native());
  struct stat status {};
  const bool known = ::fstat(fd, &status) == 0;
  std::string text(most_bytes, '\0');
  const ssize_t got = known && S_ISREG(status.st_mode) ? ::read(fd, text.data(), text.size()) : -1;
  ::close(fd);
  if (got < 0) throw Error(ErrorCode::not_found, "cannot be read").file(path.native());
  if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0)
    throw Error(ErrorCode::usage, "is a private key that others than its owner may open")
        .file(path.native())
        .remedy("Make it yours alone (chmod 600), and think about who may have copied it");
  text.resize(static_cast<std::size_t>(got));
  return text;
}

}  // namespace

PublicKey parse_public_key(std::string_view line) {
  const auto space = line.find(' ');
  const std::string_view kind = line.substr(0, space);
  if (kind != algorithm || space == line.npos || line.size() > most_bytes)
    throw Error(kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-")
                    ? ErrorCode::unsupported
                    : ErrorCode::damaged,
                "'" + core::escaped(kind.substr(0, 40)) + "...' is no Ed25519 public key")
        .remedy("It reads 'ssh-ed25519 AAAA...': the line in a .pub file, or what `trigloop key show` prints");
  std::string_view body = line.substr(space + 1);
  body = body.substr(0, body.find_first_of(" \t\r\n"));
  const auto blob = from_base64(body);
  return key_of_blob(as_text(blob));
}

std::string to_line(const PublicKey& key) { return std::string(algorithm) + ' ' + to_base64(as_bytes(blob_of(key))); }

std::string fingerprint(const PublicKey& key) {
  std::string text = to_base64(as_bytes(hash_of("sha256", blob_of(key))));
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

PrivateKey PrivateKey::make() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  PrivateKey made;
  std::size_t size = made.seed_.size();
  must(key != nullptr && EVP_PKEY_get_raw_private_key(key.get(), made.seed_.data(), &size) == 1);
  return made;
}

PrivateKey PrivateKey::load(const std::filesystem::path& path) {
  std::string text = private_text(path);
  if (text.find("BEGIN OPENSSH PRIVATE KEY") != text.npos || text.find("BEGIN ENCRYPTED") != text.npos)
    throw Error(ErrorCode::usage, "is a key of OpenSSH or protected by a passphrase")
        .file(path.native())
        .remedy("Sign with `ssh-keygen -Y sign` and give the signature");
  const Memory memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all);
  const Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free);
  OPENSSL_cleanse(text.data(), text.size());
  PrivateKey loaded;
  std::size_t size = loaded.seed_.size();
  if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_private_key(key.get(), loaded.seed_.data(), &size) != 1)
    throw Error(ErrorCode::damaged, "is no Ed25519 private key in PEM").file(path.native());
  return loaded;
}

PrivateKey::~PrivateKey() { OPENSSL_cleanse(seed_.data(), seed_.size()); }

void PrivateKey::save(const std::filesystem::path& path) const {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()), EVP_PKEY_free);
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free_all);
  must(key != nullptr && PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(memory.get(), &text));
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool opened = fd >= 0;
  const bool written = opened && ::write(fd, text, size) == static_cast<ssize_t>(size) && ::fsync(fd) == 0;
  const int cause = errno;
  OPENSSL_cleanse(text, size);
  if (opened) ::close(fd);
  if (written) return;
  if (opened) ::unlink(path.c_str());
  throw Error(ErrorCode::output, std::strerror(cause)).file(path.native());
}

PublicKey PrivateKey::public_key() const {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()), EVP_PKEY_free);
  PublicKey made;
  std::size_t size = made.bytes.size();
  must(key != nullptr && EVP_PKEY_get_raw_public_key(key.get(), made.bytes.data(), &size) == 1);
  return made;
}

std::string PrivateKey::sign(std::string_view name_space, std::string_view message) const {
  if (name_space.empty()) throw Error(ErrorCode::usage, "a signature needs a name space");
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()), EVP_PKEY_free);
  const Digest context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const std::string text = signed_text(name_space, "", "sha512", message);
  std::uint8_t raw[64];
  std::size_t size = sizeof raw;
  must(key != nullptr && context != nullptr &&
       EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
       EVP_DigestSign(context.get(), raw, &size, octets(text), text.size()) == 1);
  std::string inner, blob(magic);
  put(inner, algorithm);
  put(inner, {reinterpret_cast<const char*>(raw), size});
  blob += std::string_view("\0\0\0\1", 4);
  put(blob, blob_of(public_key()));
  put(blob, name_space);
  put(blob, "");
  put(blob, "sha512");
  put(blob, inner);
  return armour(blob);
}

PublicKey verify_signature(std::string_view armoured, std::string_view name_space, std::string_view message) {
  const std::vector<std::byte> blob = unarmour(armoured);
  core::ByteReader in(blob);
  if (as_text(in.take(magic.size())) != magic || in.read<std::uint32_t>() != 1)
    throw Error(ErrorCode::damaged, "is no signature of version 1");
  const PublicKey signer = key_of_blob(take(in));
  const std::string_view given_space = take(in), reserved = take(in), hash = take(in);
  core::ByteReader inner(as_bytes(take(in)));
  const std::string_view kind = take(inner), raw = take(inner);
  if (in.remaining() != 0 || inner.remaining() != 0 || kind != algorithm || raw.size() != 64)
    throw Error(ErrorCode::damaged, "is no Ed25519 signature");
  if (given_space != name_space)
    throw Error(ErrorCode::mismatch,
                "is a signature for '" + core::escaped(given_space) + "', not for '" + std::string(name_space) + "'");
  const std::string text = signed_text(given_space, reserved, hash, message);
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, signer.bytes.data(), signer.bytes.size()),
                EVP_PKEY_free);
  const Digest context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  must(key != nullptr && context != nullptr);
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestVerify(context.get(), octets(raw), raw.size(), octets(text), text.size()) != 1)
    throw Error(ErrorCode::mismatch, "the signature of " + fingerprint(signer) + " is not of this message");
  return signer;
}

}  // namespace trigloop::registry
