// Signatures, with openssl, ssh-keygen and the cryptography package as peers.
#include "registry/signature.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "core/error.hpp"
#include "registry/base64.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry {
namespace {

using core::ErrorCode;
using test::run_command;

constexpr const char* purpose = "trigloop-approval";

template <class F>
ErrorCode code_of(F&& f) {
  try {
    f();
  } catch (const core::Error& e) {
    return e.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::internal;
}

TEST(Signature, VerifiesItsOwnAndNamesTheSigner) {
  const PrivateKey key = PrivateKey::make();
  const std::string s = key.sign(purpose, "switch at LS 300");
  EXPECT_EQ(verify_signature(s, purpose, "switch at LS 300"), key.public_key());
  EXPECT_EQ(s, key.sign(purpose, "switch at LS 300"));
  EXPECT_NE(key.public_key(), PrivateKey::make().public_key());
}

TEST(Signature, IsOfNoOtherMessagePurposeOrKey) {
  const PrivateKey key = PrivateKey::make();
  const std::string s = key.sign(purpose, "threshold 413");
  EXPECT_EQ(code_of([&] { verify_signature(s, purpose, "threshold 412"); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { verify_signature(s, "trigloop-reject", "threshold 413"); }), ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { key.sign("", "threshold 413"); }), ErrorCode::usage);
}

TEST(Signature, NoChangeOfOneBitPasses) {
  const PrivateKey key = PrivateKey::make();
  const std::string s = key.sign(purpose, "m");
  const auto begin = s.find('\n') + 1, end = s.rfind("\n-----END");
  std::string body;
  for (const char c : s.substr(begin, end - begin))
    if (c != '\n') body += c;
  auto blob = from_base64(body);
  for (std::size_t bit = 0; bit < 8 * blob.size(); ++bit) {
    blob[bit / 8] ^= std::byte{1} << bit % 8;
    const std::string forged = "-----BEGIN SSH SIGNATURE-----\n" + to_base64(blob) + "\n-----END SSH SIGNATURE-----\n";
    EXPECT_THROW(verify_signature(forged, purpose, "m"), core::Error) << bit;
    blob[bit / 8] ^= std::byte{1} << bit % 8;
  }
}

TEST(Signature, AnyCutTextIsRefused) {
  const std::string s = PrivateKey::make().sign(purpose, "m");
  for (std::size_t n = 0; n + 2 < s.size(); ++n)
    EXPECT_THROW(verify_signature(s.substr(0, n), purpose, "m"), core::Error) << n;
  EXPECT_EQ(code_of([] { verify_signature(std::string(1 << 20, 'A'), purpose, "m"); }), ErrorCode::damaged);
}

TEST(Signature, KeysAreSavedForTheirOwnerAlone) {
  const test::TempDir folder;
  const PrivateKey key = PrivateKey::make();
  const auto path = folder / "key.pem";
  key.save(path);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(PrivateKey::load(path).public_key(), key.public_key());
  EXPECT_EQ(code_of([&] { key.save(path); }), ErrorCode::output) << "it never replaces a key";
  std::filesystem::permissions(path, std::filesystem::perms{0640});
  EXPECT_EQ(code_of([&] { PrivateKey::load(path); }), ErrorCode::usage);
  EXPECT_EQ(code_of([&] { PrivateKey::load(folder / "none.pem"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { PrivateKey::load(folder.path()); }), ErrorCode::not_found);
}

TEST(Signature, RefusesFilesThatAreNoPlainKey) {
  const test::TempDir folder;
  const auto refused = [&](const std::string& text) {
    test::write_file(folder / "k", text);
    std::filesystem::permissions(folder / "k", std::filesystem::perms{0600});
    return code_of([&] { PrivateKey::load(folder / "k"); });
  };
  EXPECT_EQ(refused(""), ErrorCode::damaged);
  EXPECT_EQ(refused("-----BEGIN OPENSSH PRIVATE KEY-----\n"), ErrorCode::usage);
  EXPECT_EQ(refused("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), ErrorCode::usage);
  EXPECT_EQ(refused(std::string(1 << 16, 'x')), ErrorCode::damaged);
}

TEST(Signature, PublicKeysAreReadStrictly) {
  const PublicKey key = PrivateKey::make().public_key();
  EXPECT_EQ(parse_public_key(to_line(key) + " ada@cern.ch\n"), key);
  EXPECT_EQ(code_of([] { parse_public_key("ssh-rsa AAAA"); }), ErrorCode::unsupported);
  EXPECT_EQ(code_of([] { parse_public_key("hello"); }), ErrorCode::damaged);
  EXPECT_EQ(code_of([] { parse_public_key("ssh-ed25519 !!!!"); }), ErrorCode::damaged);
  EXPECT_EQ(code_of([&] { parse_public_key(to_line(key).substr(0, 60)); }), ErrorCode::damaged);
}

TEST(Base64, HasOneSpelling) {
  for (const std::string text : {"", "a", "ab", "abc", "abcd"}) {
    const auto bytes = std::as_bytes(std::span(text));
    const auto back = from_base64(to_base64(bytes));
    EXPECT_TRUE(std::ranges::equal(back, bytes)) << text;
  }
  for (const char* wrong : {"A", "AA", "AAA", "AA=A", "A===", "====", "AB==", "AAB=", "AA==AAAA", "A A="})
    EXPECT_THROW(from_base64(wrong), core::Error) << wrong;
}

/// The files of one conversation with a peer.
struct Exchange : testing::Test {
  test::TempDir folder;
  std::string path(const char* name) const { return (folder / name).string(); }
};
using SignaturePeers = Exchange;

TEST_F(SignaturePeers, SshKeygenAcceptsOursAndWeAcceptItsOwn) {
  if (run_command({"sh", "-c", "command -v ssh-keygen"}).status != 0) GTEST_SKIP() << "ssh-keygen is not here";
  const PrivateKey key = PrivateKey::make();
  test::write_file(folder / "allowed", "ada " + to_line(key.public_key()) + "\n");
  test::write_file(folder / "message", "a decision\n");
  test::write_file(folder / "ours.sig", key.sign(purpose, "a decision\n"));
  const auto verify = [&](const char* name_space) {
    return run_command({"sh", "-c",
                        "ssh-keygen -Y verify -f " + path("allowed") + " -I ada -n " + name_space + " -s " +
                            path("ours.sig") + " < " + path("message")});
  };
  EXPECT_EQ(verify(purpose).status, 0) << verify(purpose).err;
  EXPECT_NE(verify("other").status, 0);
  EXPECT_NE(verify(purpose).out.find(fingerprint(key.public_key())), std::string::npos) << verify(purpose).out;

  ASSERT_EQ(run_command({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", path("id")}).status, 0);
  for (const char* hash : {"sha256", "sha512"}) {
    std::filesystem::remove(folder / "message.sig");
    const auto made = run_command({"ssh-keygen", "-q", "-Y", "sign", "-O", std::string("hashalg=") + hash, "-f",
                                   path("id"), "-n", purpose, path("message")});
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(verify_signature(test::read_file(folder / "message.sig"), purpose, "a decision\n"),
              parse_public_key(test::read_file(folder / "id.pub")));
  }
}

TEST_F(SignaturePeers, OpensslReadsOurKeysAndWeReadItsOwn) {
  if (run_command({"sh", "-c", "command -v openssl"}).status != 0) GTEST_SKIP() << "openssl is not here";
  PrivateKey::make().save(folder / "ours.pem");
  EXPECT_EQ(run_command({"openssl", "pkey", "-in", path("ours.pem"), "-noout", "-check"}).status, 0);
  ASSERT_EQ(run_command({"openssl", "genpkey", "-algorithm", "ed25519", "-out", path("theirs.pem")}).status, 0);
  std::filesystem::permissions(folder / "theirs.pem", std::filesystem::perms{0600});
  const PrivateKey key = PrivateKey::load(folder / "theirs.pem");
  EXPECT_EQ(verify_signature(key.sign("n", "m"), "n", "m"), key.public_key());
}

TEST_F(SignaturePeers, CryptographyGivesTheSameSignature) {
  TRIGLOOP_NEEDS_PEERS();
  const PrivateKey key = PrivateKey::make();
  key.save(folder / "key.pem");
  test::write_file(folder / "s.sig", key.sign(purpose, "a decision"));
  const auto peer = run_command({test::peer_python().string(), (test::project_root() / "test/peers/sshsig.py").string(),
                                 path("key.pem"), purpose, "a decision", path("s.sig")});
  if (peer.status == 77) GTEST_SKIP() << "the package cryptography is not here";
  EXPECT_EQ(peer.status, 0) << peer.out << peer.err;
}

}  // namespace
}  // namespace trigloop::registry
