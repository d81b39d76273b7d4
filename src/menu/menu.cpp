#include "menu/menu.hpp"

#include <xxhash.h>

#include <array>
#include <cstdio>

namespace trigloop::menu {
namespace {

/// Writes integers with a separator behind each: no two menus of different numbers give one text.
class Canonical {
 public:
  Canonical& operator<<(std::int64_t value) {
    text_ += std::to_string(value) + ' ';
    return *this;
  }
  Canonical& operator<<(const std::string& word) {
    text_ += std::to_string(word.size()) + ':' + word + ' ';
    return *this;
  }
  template <class T>
  Canonical& operator<<(const Window<T>& window) {
    return *this << std::int64_t{window.low} << std::int64_t{window.high};
  }
  Canonical& operator<<(const Leg& leg) {
    return *this << static_cast<std::int64_t>(leg.kind) << leg.pt << leg.eta << leg.not_eta
                 << std::int64_t{leg.isolation} << std::int64_t{leg.quality} << std::int64_t{leg.charge};
  }
  Canonical& operator<<(const Correlation& one) {
    *this << std::int64_t(one.legs.size());
    for (const std::uint8_t leg : one.legs) *this << std::int64_t{leg};
    return *this << one.d_eta << one.d_phi << one.d_r2 << one.mass2 << static_cast<std::int64_t>(one.charges);
  }
  template <class T>
  Canonical& operator<<(const std::vector<T>& all) {
    *this << std::int64_t(all.size());
    for (const T& one : all) *this << one;
    return *this;
  }
  Canonical& line() {
    text_.back() = '\n';
    return *this;
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  static constexpr std::array<std::string_view, kinds> names{"MU",  "EG", "TAU", "JET",   "ET",    "ETEM",
                                                             "MET", "HT", "MHT", "METHF", "MHTHF", "TOWERS"};
  return names[static_cast<std::size_t>(kind)];
}

std::string Menu::canonical() const {
  Canonical out;
  out << std::string("trigloop_menu") << 1 << muon_pt_offset;
  for (std::size_t k = object_kinds; k < kinds; ++k) out << sum_types[k];
  out.line();
  out << bits.columns << bits.except;
  out.line();
  for (const Seed& seed : seeds) {
    out << seed.name << seed.index << seed.prescale << seed.column << std::int64_t(seed.alternatives.size());
    for (const auto& alternative : seed.alternatives) {
      out << std::int64_t(alternative.size());
      for (const std::uint32_t number : alternative)
        out << combinations[number].legs << combinations[number].correlations;
    }
    out.line();
  }
  return std::move(out).text();
}

std::string Menu::id() const {
  const std::string text = canonical();
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return digits;
}

}  // namespace trigloop::menu
