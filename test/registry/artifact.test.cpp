#include "registry/artifact.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/sha256.hpp"
#include "registry/checksum.hpp"
#include "registry/file_system.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry {
namespace {

using core::Error;

const std::string hash_a(64, 'a'), hash_b(64, 'b');

TEST(ArtifactId, IsTheHashOfTheTextThatTheDocumentationDescribes) {
  const std::vector<StoredFile> files{{"model.onnx", 3, hash_a}};
  EXPECT_EQ(artifact_id("model", files, {}),
            core::sha256_hex("trigloop artifact 1\nmodel\nfile 3 sha256:" + hash_a + " 10:model.onnx\n"));
}

TEST(ArtifactId, DoesNotDependOnTheOrderOfFiles) {
  const StoredFile a{"a", 1, hash_a}, b{"b", 2, hash_b};
  EXPECT_EQ(artifact_id("model", std::vector{a, b}, {}), artifact_id("model", std::vector{b, a}, {}));
}

TEST(ArtifactId, DependsOnKindNamesSizesAndHashes) {
  const std::vector<StoredFile> files{{"a", 1, hash_a}};
  const std::string id = artifact_id("model", files, {});
  EXPECT_NE(artifact_id("config", files, {}), id);
  EXPECT_NE(artifact_id("model", std::vector<StoredFile>{{"b", 1, hash_a}}, {}), id);
  EXPECT_NE(artifact_id("model", std::vector<StoredFile>{{"a", 2, hash_a}}, {}), id);
  EXPECT_NE(artifact_id("model", std::vector<StoredFile>{{"a", 1, hash_b}}, {}), id);
}

TEST(ArtifactId, OfAReferenceWithItsContentKnownDoesNotDependOnWhereItIs) {
  const auto id = [](const std::string& uri, const std::string& checksum) {
    return artifact_id("dataset", {}, std::vector<Reference>{{.uri = uri, .bytes = 5, .checksum = checksum}});
  };
  EXPECT_EQ(id("/here", "sha256:" + hash_a), id("root://there", "sha256:" + hash_a));
  EXPECT_NE(id("/here", "adler32:00000001"), id("/there", "adler32:00000001"));
  EXPECT_NE(id("/here", ""), id("/there", ""));
}

TEST(RunId, DependsOnWhatWentInAndCameOut) {
  registry::Run run{.command = "train", .links = {{false, "data", hash_a}}};
  const std::string id = run_id(run);
  run.links[0].output = true;
  EXPECT_NE(run_id(run), id);
  run.links[0] = {false, "other", hash_a};
  EXPECT_NE(run_id(run), id);
}

TEST(Paths, ThatLeaveTheirFolderAreRefused) {
  for (const char* good : {"a", "a/b.txt", "..a/b..", "deep/er/still", ".hidden"}) EXPECT_TRUE(is_inside(good)) << good;
  for (const char* bad :
       {"", "/", "/etc/passwd", "..", "../a", "a/../b", "a/..", "a//b", "a/", "./a", "a/.", "a\\b", "a\nb"})
    EXPECT_FALSE(is_inside(bad)) << bad;
  EXPECT_FALSE(is_inside(std::string("a\0b", 3)));
}

TEST(Artifacts, ThatMakeNoSenseAreRefused) {
  const NewArtifact good{.kind = "model", .name = "m", .files = {{"a", 1, hash_a}}};
  EXPECT_NO_THROW(check(good));
  const auto bad = [&](auto change) {
    NewArtifact artifact = good;
    change(artifact);
    EXPECT_THROW(check(artifact), Error);
  };
  bad([](NewArtifact& a) { a.kind = "modle"; });
  bad([](NewArtifact& a) { a.name = ""; });
  bad([](NewArtifact& a) { a.name = "a@b"; });
  bad([](NewArtifact& a) { a.name = "a\nb"; });
  bad([](NewArtifact& a) { a.files[0].path = "../a"; });
  bad([](NewArtifact& a) { a.files[0].sha256 = "ABC"; });
  bad([](NewArtifact& a) { a.files.push_back(a.files[0]); });
  bad([](NewArtifact& a) { a.references = {{.uri = "/a", .checksum = "md5:123"}}; });
  bad([](NewArtifact& a) { a.references = {{.uri = "/a", .checksum = "adler32:XYZ"}}; });
}

TEST(Checksum, IsTheAdler32OfXrootd) {
  const test::TempDir dir;
  test::write_file(dir / "wiki", "Wikipedia");
  EXPECT_EQ(adler32_of_file(dir / "wiki"), "11e60398");
  test::write_file(dir / "empty", "");
  EXPECT_EQ(checksum_of_file(dir / "empty", "adler32"), "adler32:00000001");
}

TEST(FileSystem, OfANetworkIsTold) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(0x65735546), "FUSE");
  EXPECT_EQ(network_file_system(0x00c36400), "CephFS");
  EXPECT_EQ(network_file_system(0x0bd00bd0), "Lustre");
  EXPECT_EQ(network_file_system(static_cast<std::int32_t>(0xff534d42)), "CIFS") << "statfs extends the sign";
  EXPECT_EQ(network_file_system(0xef53), "") << "ext4";
  EXPECT_EQ(network_file_system(0x58465342), "") << "xfs";
}

}  // namespace
}  // namespace trigloop::registry
