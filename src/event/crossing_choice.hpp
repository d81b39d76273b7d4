#pragma once
// Which crossings are looked at: chosen by their number, and an unbiased part of these by a hash.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::event {

struct CrossingChoice {
  std::vector<bool> crossings;  ///< [0 to 3564]: whether it is chosen; empty: all are
  std::uint32_t prescale = 1;   ///< of the chosen crossings one in so many is kept

  bool is_all() const noexcept { return crossings.empty() && prescale <= 1; }
  bool chooses(std::uint32_t crossing) const noexcept {
    return crossings.empty() || (crossing < crossings.size() && crossings[crossing]);
  }
  /// What the prescale does with a crossing, by a hash of orbit and crossing: the same in any run and of any file.
  bool keeps(std::uint32_t orbit, std::uint32_t crossing) const noexcept;
  bool operator==(const CrossingChoice&) const = default;
};

/// "1-100,500" as a list of 3565: numbers from 0 to 3564 and ranges of them, between commas, blanks and line ends; #
/// and what follows on its line is a comment. None, if it is something else, or holds no crossing.
std::optional<std::vector<bool>> parse_crossings(std::string_view text);

/// The shortest such text.
std::string format_crossings(const std::vector<bool>& crossings);

}  // namespace trigloop::event
