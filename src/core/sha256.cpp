#include "core/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <vector>

#include "core/file.hpp"

namespace trigloop::core {

struct Sha256::Context {
  EVP_MD_CTX* state = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(state); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (context_->state == nullptr || EVP_DigestInit_ex(context_->state, EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorCode::internal, "SHA-256 cannot be started");
  }
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::span<const std::byte> bytes) {
  const int done = EVP_DigestUpdate(context_->state, bytes.data(), bytes.size());
  assert(done == 1);
  static_cast<void>(done);
  return *this;
}

Sha256& Sha256::update(std::string_view text) { return update(std::as_bytes(std::span(text))); }

std::string Sha256::finish() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, 32> digest{};
  EVP_DigestFinal_ex(context_->state, digest.data(), nullptr);
  std::string text;
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view text) { return Sha256().update(text).finish(); }

std::string sha256_of_file(const std::filesystem::path& path) {
  constexpr std::uint64_t piece = 1u << 20;
  const InputFile file(path);
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(piece, file.size())));
  Sha256 hash;
  for (std::uint64_t at = 0; at < file.size(); at += piece) {
    const std::span part(buffer.data(), static_cast<std::size_t>(std::min(piece, file.size() - at)));
    file.read(at, part);
    hash.update(part);
  }
  return hash.finish();
}

}  // namespace trigloop::core
