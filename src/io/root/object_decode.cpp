#include "io/root/object_decode.hpp"

#include <cstring>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/root/damaged.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::uint32_t counted_mark = 0x40000000;
constexpr std::uint16_t by_members = 0x4000;  ///< in the version of a vector

/// A place in an entry, which is never left.
class Cursor {
 public:
  Cursor(const std::byte* at, const std::byte* end) : at_(at), end_(end) {}

  const std::byte* at() const noexcept { return at_; }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  const std::byte* take(std::size_t bytes) {
    if (bytes > left()) throw damaged("an object ends " + std::to_string(bytes - left()) + " bytes too early");
    return std::exchange(at_, at_ + bytes);
  }
  template <class T>
  T read() {
    return core::load_be<T>(take(sizeof(T)));
  }

  /// The bytes of the block that begins here, its size not among them.
  std::uint32_t block_bytes() {
    const auto bytes = read<std::uint32_t>();
    if ((bytes & counted_mark) == 0) throw damaged("an object does not begin with its size");
    return bytes & ~counted_mark;
  }

  void follow(const std::vector<Step>& steps) {
    for (const Step& step : steps) follow(step);
  }

  void expect(const ClassVersion& known) {
    const auto version = read<std::uint16_t>();
    const std::uint32_t checksum = version == 0 ? read<std::uint32_t>() : 0;
    const bool fits = version == 0 ? checksum == known.checksum : version == known.version;
    if (!fits) {
      throw core::Error(core::ErrorCode::unsupported, "an object is stored in version " + std::to_string(version) +
                                                          ", the file describes version " +
                                                          std::to_string(known.version))
          .remedy("The file was merged from files of several versions: read them one by one");
    }
  }

 private:
  void follow(const Step& step) {
    switch (step.kind) {
      case Step::bytes:
        take(step.size);
        break;
      case Step::counted:
        take(block_bytes());
        break;
      case Step::string: {
        const auto length = read<std::uint8_t>();
        take(length == 255 ? read<std::uint32_t>() : length);
        break;
      }
      case Step::into:
        block_bytes();
        expect(step.version);
        break;
    }
  }

  const std::byte *at_, *end_;
};

/// Puts items behind each other; never more than the basket has. What lies in one piece stays where it is.
class Collector {
 public:
  Collector(std::size_t item_bytes, core::ByteBuffer& gathered) : item_bytes_(item_bytes), gathered_(gathered) {}

  void add(const std::byte* from, std::size_t items) {
    if (bytes_ == 0) {
      begin_ = from;
    } else {
      if (begin_ != gathered_.data()) std::memcpy(gathered_.data(), begin_, bytes_);
      begin_ = gathered_.data();
      std::memcpy(gathered_.data() + bytes_, from, items * item_bytes_);
    }
    bytes_ += items * item_bytes_;
  }
  std::span<const std::byte> items() const noexcept { return {begin_, bytes_}; }
  std::size_t item_bytes() const noexcept { return item_bytes_; }

 private:
  std::size_t item_bytes_;
  core::ByteBuffer& gathered_;
  const std::byte* begin_ = nullptr;
  std::size_t bytes_ = 0;
};

/// The number of items that follow; each takes at least `bytes` of what is left.
std::uint32_t read_size(Cursor& cursor, std::size_t bytes) {
  const auto items = cursor.read<std::uint32_t>();
  if (bytes > 0 && items > cursor.left() / bytes) {
    throw damaged("a vector of " + std::to_string(items) + " items is larger than its entry");
  }
  return items;
}

std::uint32_t numbers_of(Cursor& cursor, Collector& out) {
  cursor.block_bytes();
  cursor.read<std::uint16_t>();
  const std::uint32_t items = read_size(cursor, out.item_bytes());
  out.add(cursor.take(items * out.item_bytes()), items);
  return items;
}

std::uint32_t members_of(Cursor& cursor, const ObjectPath& path, Collector& out) {
  cursor.expect(path.object_version);
  const std::uint32_t items = read_size(cursor, path.object_bytes);
  cursor.take(std::size_t{items} * path.before);
  out.add(cursor.take(items * out.item_bytes()), items);
  return items;
}

std::uint32_t objects_of(Cursor& cursor, const ObjectPath& path, Collector& out) {
  const std::uint32_t items = read_size(cursor, path.object_bytes);
  for (std::uint32_t i = 0; i < items; ++i) {
    Cursor inside = cursor;
    inside.follow(path.object_steps);
    out.add(inside.take(out.item_bytes()), 1);
    cursor.take(cursor.block_bytes());
  }
  return items;
}

std::uint32_t items_of(Cursor cursor, const ObjectPath& path, Collector& out) {
  cursor.follow(path.steps);
  switch (path.ending) {
    case ObjectPath::value:
      out.add(cursor.take(out.item_bytes()), 1);
      return 1;
    case ObjectPath::vector:
      return numbers_of(cursor, out);
    default:
      cursor.block_bytes();
      return (cursor.read<std::uint16_t>() & by_members) != 0 ? members_of(cursor, path, out)
                                                              : objects_of(cursor, path, out);
  }
}

}  // namespace

std::span<const std::byte> gather_member(const ObjectPath& path, std::size_t item_bytes, const BasketBytes& basket,
                                         core::ByteBuffer& gathered, std::uint32_t* counts) {
  const EntryPlaces places(basket);
  gathered.resize_discard(basket.values.size());
  Collector out(item_bytes, gathered);
  for (std::uint64_t i = 0; i < basket.entries; ++i) {
    const auto [begin, end] = places.of(i);
    try {
      counts[i] = items_of(Cursor(basket.values.data() + begin, basket.values.data() + end), path, out);
    } catch (core::Error& e) {
      e.in("entry " + std::to_string(i) + " of it");
      throw;
    }
  }
  return out.items();
}

}  // namespace trigloop::io::root
