#include "scout/reservoir/recalibration.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

#include "core/error.hpp"
#include "core/random.hpp"

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;
using Object = std::array<std::int16_t, 3>;

constexpr std::array<const char*, 6> known = {"met", "eg", "muon", "jet", "et", "ht"};
constexpr std::size_t et = 4, ht = 5;

/// Where objects of a name stand among the 33, and where the trigger's numbers of their pt end.
struct Block {
  std::size_t first, count;
  std::int16_t end;
};
constexpr std::array<Block, 4> blocks = {{{0, 1, 4095}, {1, 12, 511}, {13, 8, 511}, {21, 12, 2047}}};

double factor_of(const std::string& text, const std::string& size) {
  const char* begin = size.data() + (size.starts_with('+') ? 1 : 0);
  const char* const end = size.data() + size.size();
  double percent = 0;
  const auto read = std::from_chars(begin, end, percent);
  if (read.ec != std::errc() || std::string(read.ptr, end) != "%" || !(percent > -50 && percent < 100))
    throw Error(ErrorCode::usage, "'" + core::escaped(text) + "' is no recalibration")
        .remedy("Write such as jet=+2% (-50 % to +100 %)");
  return 1 + percent / 100;
}

double rounded(double value, core::Philox& random) { return std::floor(value + random.uniform()); }

/// What stands at the end of the trigger's numbers tells nothing, and stays there.
void move(std::span<std::int16_t> block, std::int16_t end, double factor, core::Philox& random) {
  std::array<Object, 12> room;
  const std::span objects(room.data(), block.size() / 3);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const double pt = block[3 * i] >= end ? end : std::min(rounded(block[3 * i] * factor, random), double(end));
    objects[i] = {static_cast<std::int16_t>(pt), block[3 * i + 1], block[3 * i + 2]};
  }
  // By insertion: they are nearly in order, and equal ones stay as they are.
  for (std::size_t i = 1; i < objects.size(); ++i) {
    for (std::size_t at = i; at > 0 && objects[at - 1][0] < objects[at][0]; --at)
      std::swap(objects[at - 1], objects[at]);
  }
  for (std::size_t i = 0; i < objects.size(); ++i) std::ranges::copy(objects[i], block.subspan(3 * i).begin());
}

}  // namespace

Recalibration::Recalibration(const std::vector<std::string>& texts) {
  factors_.fill(1);
  for (const std::string& text : texts) {
    const auto is = text.find('=');
    const auto name = std::ranges::find(known, text.substr(0, is));
    if (is == text.npos || name == known.end())
      throw Error(ErrorCode::usage, "'" + core::escaped(text) + "' is no recalibration")
          .remedy("Write such as jet=+2%; names: met, eg, muon, jet, et, ht");
    factors_[static_cast<std::size_t>(name - known.begin())] *= factor_of(text, text.substr(is + 1));
  }
}

bool Recalibration::changes_nothing() const noexcept {
  return std::ranges::all_of(factors_, [](double f) { return f == 1; });
}

void Recalibration::apply(PackageRow& row, std::uint64_t lot) const noexcept {
  core::Philox random(lot, 0);
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (factors_[b] != 1)
      move(std::span(row.objects).subspan(3 * blocks[b].first, 3 * blocks[b].count), blocks[b].end, factors_[b],
           random);
  }
  row.et *= static_cast<float>(factors_[et]);
  row.ht *= static_cast<float>(factors_[ht]);
}

}  // namespace trigloop::scout
