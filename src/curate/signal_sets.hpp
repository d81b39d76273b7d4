#pragma once
// Signal sets: what each may be used for, under which conditions it was made, and that it stays what it is.
//
// A network that finds anomalies must not have seen them. So a set has a role: `tune` (searches may look at it),
// `validate` (evaluation may), `blind` (nobody until the end); and training on a set is refused unless a supervised
// recipe declares it. A set is immutable: its content has a hash, and other content under the same name is refused.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.hpp"

namespace trigloop::curate {

enum class Role : std::uint8_t { tune, validate, blind };
std::string_view name_of(Role role) noexcept;

struct SignalSet {
  std::string name;
  Role role = Role::validate;
  config::Value conditions;  ///< a map: generator, pile-up, campaign, ...
  std::string hash;          ///< 16 hexadecimal digits; "" where it is not known
};

/// What the configuration says of signal sets: {NAME: {role, conditions, hash}}.
using SignalTable = std::vector<SignalSet>;
/// `where` stands in messages. Errors: usage.
SignalTable parse_signal_sets(const config::Value& map, const std::string& where);
/// The same from a YAML file.
SignalTable load_signal_sets(const std::filesystem::path& path);

/// The set of that name in the table; one of role `validate` if there is none.
SignalSet describe_set(const SignalTable& table, const std::string& name);

/// The signal sets of a packed file, by name. Sets of files that the package wrote have the role `validate`.
std::vector<SignalSet> read_signal_sets(const std::filesystem::path& packed);

/// Error: usage, unless the supervised recipe that wants to train on `set` declares it. A blind set is never trained
/// on.
void check_trainable(const SignalSet& set, const std::vector<std::string>& declared);

}  // namespace trigloop::curate
