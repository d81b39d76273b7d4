#pragma once
// The audit log is the registry's history (registry/labels.hpp): who did what, each entry sealed over the one before.
//
// Seals find what was changed, taken out or put in by hand. Somebody who seals the whole log anew is found by the
// people's signatures: each is over the head of the log that the signer saw. What comes after the last signature, and a
// log that was cut at its end, is found by a head that was kept elsewhere: one line to write down.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loop/site.hpp"
#include "registry/labels.hpp"

namespace trigloop::loop {

/// "184:9f86d081884c7d65...": the number of the last entry and its seal.
std::string text_of(const registry::Head& head);
/// Error: usage.
registry::Head parse_head(const std::string& text);

struct AuditReport {
  std::int64_t entries = 0, signatures = 0;
  std::vector<std::string> broken;  ///< what is not as it was written, in words
  bool good() const noexcept { return broken.empty(); }
};

/// Looks at every entry's seal and chain, at every signature with the head that it names, and at `kept`, a head that
/// was written down before. With a site, signatures have to be of its people, too.
AuditReport verify_log(registry::Registry& registry, const Site* site, const std::optional<registry::Head>& kept);

}  // namespace trigloop::loop
