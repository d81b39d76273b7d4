// The site's configuration is checked as a whole before anything starts.
#include "loop/site.hpp"

#include "test/loop/fixtures.hpp"

namespace trigloop::loop {
namespace {

using core::ErrorCode;
using test::error_of;
using test::TestSite;

/// The site's text with one piece replaced by another.
core::Error refused(const std::string& piece, const std::string& by) {
  const TestSite t;
  std::string text = t.text("");
  const auto at = text.find(piece);
  EXPECT_NE(at, text.npos) << piece;
  test::write_file(t.folder / "site.yml", text.replace(at, piece.size(), by));
  return error_of([&] { load_site(t.folder / "site.yml"); });
}

TEST(Site, DefaultsAreThere) {
  const TestSite t;
  EXPECT_EQ(t.site.registry, t.folder / "registry");
  EXPECT_EQ(t.site.stream.records, t.folder / "records");
  EXPECT_EQ(t.site.training.starts, (std::vector<std::string>{"fresh", "fine-tuned"}));
  EXPECT_EQ(t.site.role("team")->needed, 2u);
  EXPECT_EQ(t.site.role("nobody"), nullptr);
  EXPECT_EQ(t.site.approval_valid_ns, 7 * 86400 * 1'000'000'000LL);
}

TEST(Site, WhatDoesNotFitIsRefusedWithItsLine) {
  for (const auto& [piece, by] : std::initializer_list<std::pair<const char*, const char*>>{
           {"needed: 2", "needed: 3"},
           {"needed: 2", "needed: 0"},
           {"band: 0.05", "band: 0"},
           {"raw: 1000", "raw: 1000, pure: 50"},
           {"raw: 1000, ", ""},
           {"seeds: [1, 2]", "seeds: []"},
           {"seeds: [1, 2]", "seeds: [one]"},
           {"seeds: [1, 2]", "seeds: [1], starts: [fine-tuned]"},
           {"seeds: [1, 2]", "seeds: [1], starts: [cold]"},
           {"files: stream", "files: nowhere"},
           {"config: train.yml", "config: none.yml"},
           {"site: test", "site: test\nunknown: 1"},
           {"site: test", "site: test\ntune: {study: train.yml}"},
           {"role: committee", "role: team"},
           {"name: cleo", "name: ada"},
           {"ssh-ed25519 ", "ssh-rsa "}}) {
    const core::Error e = refused(piece, by);
    EXPECT_EQ(e.code(), ErrorCode::usage) << by << ": " << e.what();
    EXPECT_FALSE(e.file_name().empty()) << by;
  }
  EXPECT_EQ(refused("version: 1", "version: 2").code(), ErrorCode::unsupported);
}

TEST(Site, OneKeyIsOnePersonInOneRole) {
  const TestSite t;
  std::string text = t.text("");
  const std::string cleo = registry::to_line(t.cleo.public_key()), ada = registry::to_line(t.ada.public_key());
  text.replace(text.find(cleo), cleo.size(), ada);
  test::write_file(t.folder / "site.yml", text);
  EXPECT_EQ(error_of([&] { load_site(t.folder / "site.yml"); }).code(), ErrorCode::usage);
}

TEST(Site, TriggersAreRead) {
  const TestSite t(
      "trigger:\n  exposure: 8\n  patience: 9\n  maintenance:\n"
      "    - {from: 2026-11-22T08:00Z, to: 2026-11-22T09:30Z}\n");
  EXPECT_EQ(t.site.trigger.exposure, 8);
  ASSERT_EQ(t.site.trigger.maintenance.size(), 1u);
  EXPECT_EQ(t.site.trigger.maintenance[0].to_ns - t.site.trigger.maintenance[0].from_ns, 5'400'000'000'000);
  EXPECT_EQ(error_of([] { TestSite("trigger: {exposure: 8, patience: 7}\n"); }).code(), ErrorCode::usage);
  EXPECT_EQ(error_of([] {
              TestSite("trigger:\n  maintenance: [{from: 2026-11-22T08:00Z, to: 2026-11-22T08:00Z}]\n");
            }).code(),
            ErrorCode::usage);
}

TEST(Site, TimesAreReadStrictly) {
  EXPECT_EQ(parse_duration("90s"), 90'000'000'000);
  EXPECT_EQ(parse_duration("30d"), 30 * 86400 * 1'000'000'000LL);
  for (const char* bad : {"", "s", "-1s", "0s", "1", "1w", "1.5h", "99999999999999999999s", "1s "})
    EXPECT_EQ(error_of([&] { parse_duration(bad); }).code(), ErrorCode::usage) << bad;
  EXPECT_EQ(parse_utc("1970-01-02T00:01Z"), 86'460'000'000'000);
  for (const char* bad :
       {"", "2026-11-22", "2026-11-22T08:00", "2026-02-30T08:00Z", "2026-11-22T24:00Z", "2026-11-22T08:00Zx"})
    EXPECT_EQ(error_of([&] { parse_utc(bad); }).code(), ErrorCode::usage) << bad;
}

}  // namespace
}  // namespace trigloop::loop
