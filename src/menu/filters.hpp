#pragma once
// What the legs of a menu ask of an object beside its pt, each once: "|eta| up to 2.1 and isolated". A menu has few of
// them, and the leading pts of the objects behind such a filter decide most of its questions.
#include <cstddef>
#include <vector>

#include "menu/menu.hpp"

namespace trigloop::menu {

class Filters {
 public:
  /// More are not looked at: what an alternative needs is an array of all.
  static constexpr std::size_t most = 128;

  explicit Filters(const Menu& menu);

  /// Filter k < kinds lets any object of kind k pass.
  std::size_t size() const noexcept { return filters_.size(); }
  const Leg& operator[](std::size_t i) const { return filters_[i]; }
  /// The number of the leg's own filter; size() if it is not among them.
  std::size_t find(const Leg& leg) const;
  /// Whether what passes filter a passes filter b.
  bool within(std::size_t a, std::size_t b) const { return within_[a * size() + b]; }

 private:
  std::vector<Leg> filters_;
  std::vector<bool> within_;
};

}  // namespace trigloop::menu
