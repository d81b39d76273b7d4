#pragma once
// A worker's memory for the tensors of one block at a time. Tensors that are not in use by the same operations share
// it, so that a block with all that is made of it stays in the first caches.
#include <cstddef>
#include <vector>

namespace trigloop::train {

/// Which operations of which passes touch a tensor: in each pass, from the first to the last that does.
class Use {
 public:
  void touch(std::size_t pass, std::size_t operation);
  std::size_t passes() const noexcept { return spans_.size(); }
  bool overlaps(const Use& other) const;
  /// The use of what must last between passes: all operations from the first to the last that touches it.
  Use lasting() const;

 private:
  struct Span {
    std::size_t pass, first, last;
  };
  std::vector<Span> spans_;
};

/// Where things stand that are used at different times.
class Arena {
 public:
  /// Returns the number of a thing.
  std::size_t add(std::size_t floats, Use use);
  /// After the last `add`: the first place of each, largest first, as low as those that it overlaps let it. Returns the
  /// size of all.
  std::size_t arrange();
  std::size_t offset(std::size_t thing) const { return things_[thing].offset; }

 private:
  struct Thing {
    std::size_t floats;
    Use use;
    std::size_t offset = 0;
  };
  std::vector<Thing> things_;
};

}  // namespace trigloop::train
