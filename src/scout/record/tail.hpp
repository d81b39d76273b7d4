#pragma once
// The tail of a lumisection: its highest-scoring events, whole.
//
// The K best of a union are among the K best of its parts, so tails of tasks, files and machines join exactly, whatever
// the order: ties are broken by orbit and crossing.
#include <cstdint>
#include <string>
#include <vector>

namespace trigloop::scout {

/// An event whole: all items of the layout's collections, not only those that the model sees.
struct TailEvent {
  std::int64_t code = 0;  ///< score code, of the spectrum's fraction
  std::uint32_t orbit = 0;
  std::uint32_t crossing = 0;
  std::vector<std::uint64_t> seeds;  ///< menu bits, 64 a word; empty without a menu
  /// Per collection of TailLayout: its number of items, then the items' fields, item by item.
  std::vector<std::int32_t> values;
  bool operator==(const TailEvent&) const = default;
};

/// What the numbers of TailEvent::values mean.
struct TailLayout {
  struct Collection {
    std::string name;
    std::vector<std::string> fields;
    bool operator==(const Collection&) const = default;
  };
  std::vector<Collection> collections;
  bool operator==(const TailLayout&) const = default;
};

/// Which events are kept: the best `count`, and of these only codes of at least `threshold`.
struct TailRule {
  std::uint32_t count = 100;
  std::int64_t threshold = 0;
  bool operator==(const TailRule&) const = default;
};

/// Higher codes first; then by orbit and crossing.
bool better(const TailEvent& a, const TailEvent& b) noexcept;

class Tail {
 public:
  Tail() = default;
  explicit Tail(TailRule rule) : rule_(rule) {}

  /// The lowest code that could enter now: hot loops compare with it before they gather an event.
  std::int64_t entry_code() const noexcept;
  /// Keeps the event if it is among the best.
  void offer(TailEvent event);
  void join(const Tail& other);

  const TailRule& rule() const noexcept { return rule_; }
  /// Best first.
  std::vector<TailEvent> sorted() const;
  bool operator==(const Tail& other) const;

 private:
  TailRule rule_;
  std::vector<TailEvent> heap_;  ///< the worst on top
};

}  // namespace trigloop::scout
