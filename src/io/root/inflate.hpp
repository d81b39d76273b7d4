#pragma once
// Deflate streams (RFC 1951) or their beginnings, three streams at a time in one thread.
//
// The numbers of a detector compress to short matches far back, with a literal now and then between them: a decoder
// that asks of each symbol which it is guesses wrong at one of three, and else waits for one look-up after the other.
// So there are two phases, a chunk of 512 look-ups at a time:
//
//   1. looking up: each of three streams finds entry after entry (deflate_block.hpp) and writes them down, whatever
//      they are. No step depends on what an entry means, and while one stream waits for its table the others go on.
//   2. sorting them out: vector instructions separate literals from lengths and distances and add the extra bits. Then
//      each match copies its literals and one vector, without a look at how long they are; the few that need more are
//      marked beforehand.
//
// It needs AVX-512 of 2019 and later (VBMI, VBMI2, VPOPCNTDQ) and gains nothing for a single stream. What looks damaged
// or rare is given back to be judged by another decoder.
#include <cstddef>
#include <memory>
#include <span>

namespace trigloop::io::root {

class Inflater {
 public:
  struct Job {
    std::span<const std::byte> in;  ///< a deflate stream without zlib's header; bytes may follow it
    std::span<std::byte> out;       ///< room; bytes behind `wanted` are scribbled on
    std::size_t wanted = 0;         ///< at most out.size()
    bool whole = false;             ///< the stream is to end behind `wanted`, which is less than out.size()
    bool done = false;              ///< out[0, wanted) is right
  };

  /// This machine has the instructions, and none less is forced (core/isa.hpp).
  static bool usable();

  Inflater();
  ~Inflater();
  Inflater(Inflater&&) noexcept;

  /// Decodes what is wanted of each job. Not done are those that are damaged before that, end before that, hold blocks
  /// without compression, or are only told from damaged ones by decoding more. Only if usable().
  void run(std::span<Job> jobs) noexcept;

 private:
  struct Lanes;
  std::unique_ptr<Lanes> lanes_;
};

}  // namespace trigloop::io::root
