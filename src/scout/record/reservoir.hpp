#pragma once
// The reservoir of a lumisection: events as they come, whole, each with the same chance to be kept.
//
// An event draws a lot, a number that depends on run, lumisection, orbit and crossing alone; the `count` smallest are
// kept. So it is a simple random sample, exactly as large as asked for; the chance of an event is exactly size / rows;
// and the smallest of a union are among the smallest of its parts, so that reservoirs of tasks, files and machines join
// exactly, whatever the order and whoever brings an event.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "event/lumi.hpp"
#include "scout/record/tail.hpp"

namespace trigloop::scout {

/// Draws the lots of a lumisection. They are part of the format of reservoirs, and may never change.
class Lots {
 public:
  explicit Lots(event::LumiKey lumi) noexcept : key_(mixed(std::uint64_t{lumi.run} << 32 | lumi.lumisection)) {}

  std::uint64_t operator()(std::uint32_t orbit, std::uint32_t crossing) const noexcept {
    return mixed(key_ + (std::uint64_t{orbit} << 16 | (crossing & 0xffffu)));
  }

 private:
  /// The output of splitmix64 (Steele, Lea, Flood, OOPSLA'14).
  static constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
  }
  std::uint64_t key_;
};

struct ReservoirRule {
  std::uint32_t count = 0;                ///< events of a lumisection; 0: none are kept
  std::int32_t et_type = 0, ht_type = 3;  ///< which energy sums of an event are ET and HT
  bool operator==(const ReservoirRule&) const = default;
};

class Reservoir {
 public:
  Reservoir() = default;
  explicit Reservoir(ReservoirRule rule) : rule_(rule), limit_(rule.count == 0 ? 0 : UINT64_MAX) {}

  /// Lots from here on are not kept: hot loops compare with it before they gather an event.
  std::uint64_t limit() const noexcept { return limit_; }
  /// Keeps the event if its lot is among the smallest. An event must not come twice.
  void offer(std::uint64_t lot, const TailEvent& event);
  /// Takes what another kept. Of different rules, the smaller count holds.
  void join(const Reservoir& other);
  /// Forgets all events, and refuses lots from `limit` on: those of a reservoir that these went into.
  void restart(std::uint64_t limit) noexcept;

  const ReservoirRule& rule() const noexcept { return rule_; }
  std::size_t size() const noexcept { return places_.size() < rule_.count ? places_.size() : rule_.count; }
  /// By orbit and crossing.
  std::vector<TailEvent> events() const;
  /// The same as bytes of FieldWriter, one span an event (docs/formats.md, "Reservoirs").
  std::vector<std::span<const std::byte>> packed_events() const;
  /// Takes an event in that form. Error: damaged.
  void offer_packed(const Lots& lots, std::span<const std::byte> bytes);

 private:
  /// An event among the bytes. Packed, a whole event takes about 150 bytes; as a TailEvent, five times that.
  struct Place {
    std::uint64_t lot = 0;
    std::uint32_t orbit = 0, crossing = 0;
    std::uint64_t begin = 0, size = 0;
  };
  static bool sooner(const Place& a, const Place& b) noexcept;
  void keep(const Place& place, std::span<const std::byte> bytes);
  void cut();
  std::vector<Place> kept() const;
  std::span<const std::byte> bytes_of(const Place& place) const noexcept {
    return std::span(bytes_).subspan(place.begin, place.size);
  }

  ReservoirRule rule_;
  std::uint64_t limit_ = 0;
  std::vector<Place> places_;  ///< more than are kept, until they are cut
  std::vector<std::byte> bytes_;
};

}  // namespace trigloop::scout
