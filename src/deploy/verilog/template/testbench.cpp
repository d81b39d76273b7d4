// Runs the design in Verilator over a file of events: make, then ./build/simulate events.npy scores.npy [threads]
//
// events.npy: integers (int16, int32 or int64), events x features. scores.npy: int64, one a score (events x 1), or
// (events x 2) with the decision bits. One event goes in a clock; its score comes out `latency` clocks later.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "design.h"  // the design's numbers: features, widths, latency
#include "verilated.h"
#include DESIGN_HEADER

double sc_time_stamp() { return 0; }

namespace {

[[noreturn]] void fail(const std::string& reason) {
  std::fprintf(stderr, "simulate: %s\n", reason.c_str());
  std::exit(1);
}

struct Events {
  std::size_t count = 0;
  int bytes = 0;
  std::vector<char> data;

  long long at(std::size_t event, std::size_t feature) const {
    const char* from = data.data() + (event * DESIGN_FEATURES + feature) * static_cast<std::size_t>(bytes);
    std::int64_t value = 0;
    if (bytes == 2) { std::int16_t x; std::memcpy(&x, from, 2); value = x; }
    if (bytes == 4) { std::int32_t x; std::memcpy(&x, from, 4); value = x; }
    if (bytes == 8) std::memcpy(&value, from, 8);
    return value;
  }
};

Events read_events(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  unsigned char head[10];
  if (file == nullptr || std::fread(head, 1, 10, file) != 10 || std::memcmp(head, "\x93NUMPY", 6) != 0 || head[6] != 1) {
    fail(std::string(path) + " is not a .npy file (version 1)");
  }
  std::string header(head[8] + 256u * head[9], ' ');
  if (std::fread(header.data(), 1, header.size(), file) != header.size()) fail(std::string(path) + " is cut");
  Events events;
  const std::size_t type = header.find("'<i"), shape = header.find("'shape': (");
  if (type == std::string::npos || shape == std::string::npos || header.find("'fortran_order': False") == std::string::npos) {
    fail(std::string(path) + " does not hold little-endian integers, row by row");
  }
  events.bytes = std::atoi(header.c_str() + type + 3);
  unsigned long long count = 0, features = 0;
  if (std::sscanf(header.c_str() + shape + 10, "%llu, %llu", &count, &features) != 2 || features != DESIGN_FEATURES ||
      (events.bytes != 2 && events.bytes != 4 && events.bytes != 8)) {
    fail(std::string(path) + " does not hold events of " + std::to_string(DESIGN_FEATURES) + " integers");
  }
  events.count = count;
  events.data.resize(count * DESIGN_FEATURES * static_cast<std::size_t>(events.bytes));
  if (std::fread(events.data.data(), 1, events.data.size(), file) != events.data.size()) fail(std::string(path) + " is cut");
  std::fclose(file);
  return events;
}

void write_scores(const char* path, const std::vector<std::int64_t>& scores, std::size_t columns) {
  std::string header = "{'descr': '<i8', 'fortran_order': False, 'shape': (" + std::to_string(scores.size() / columns) +
                       ", " + std::to_string(columns) + "), }";
  header.resize((10 + header.size() + 64) / 64 * 64 - 11, ' ');
  header += '\n';
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) fail(std::string("cannot write ") + path);
  const unsigned char head[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<unsigned char>(header.size() & 255),
                                  static_cast<unsigned char>(header.size() >> 8)};
  std::fwrite(head, 1, 10, file);
  std::fwrite(header.data(), 1, header.size(), file);
  std::fwrite(scores.data(), 8, scores.size(), file);
  if (std::fclose(file) != 0) fail(std::string("cannot write ") + path);
}

/// Ports of up to 64 bits are integers, wider ones arrays of 32-bit words.
template <class Port>
void put_bits(Port& port, int lowest, int width, std::uint64_t bits) {
  if (width < 64) bits &= (std::uint64_t{1} << width) - 1;
  if constexpr (std::is_integral_v<Port>) {
    port = static_cast<Port>(port | bits << lowest);
  } else {
    for (int done = 0; done < width;) {
      const int word = (lowest + done) / 32, at = (lowest + done) % 32;
      port[word] |= static_cast<std::uint32_t>(bits >> done << at);
      done += 32 - at;
    }
  }
}

template <class Port>
void clear(Port& port) {
  if constexpr (std::is_integral_v<Port>) {
    port = 0;
  } else {
    for (int word = 0; word < (DESIGN_INPUT_BITS + 31) / 32; ++word) port[word] = 0;
  }
}

template <class Port>
std::int64_t number(Port port, int width, bool is_signed) {
  const auto bits = static_cast<std::uint64_t>(port);
  if (!is_signed || width == 64 || (bits >> (width - 1) & 1) == 0) return static_cast<std::int64_t>(bits);
  return static_cast<std::int64_t>(bits | ~std::uint64_t{0} << width);
}

constexpr std::size_t columns = DESIGN_DECISIONS > 0 ? 2 : 1;

void run(const Events& events, std::size_t first, std::size_t last, std::int64_t* scores) {
  VerilatedContext context;
  DESIGN_CLASS design(&context);
  static const int widths[] = DESIGN_WIDTHS;
  for (std::size_t clock = first; clock < last + DESIGN_LATENCY; ++clock) {
    if (clock < last) {
      clear(design.event_bits);
      int lowest = 0;
      for (std::size_t f = 0; f < DESIGN_FEATURES; ++f) {
        put_bits(design.event_bits, lowest, widths[f], static_cast<std::uint64_t>(events.at(clock, f)));
        lowest += widths[f];
      }
    }
#if DESIGN_LATENCY > 0
    design.clk = 0;
    design.eval();
    design.clk = 1;
#endif
    design.eval();
    // The edge of this clock was the first rank of registers: the score comes latency - 1 edges later.
    const std::size_t wait = DESIGN_LATENCY > 0 ? DESIGN_LATENCY - 1 : 0;
    if (clock < first + wait || clock - wait >= last) continue;
    std::int64_t* out = scores + (clock - wait) * columns;
    out[0] = number(design.score, DESIGN_SCORE_BITS, DESIGN_SCORE_SIGNED);
#if DESIGN_DECISIONS > 0
    out[1] = static_cast<std::int64_t>(design.decision);
#endif
  }
  design.final();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) fail("usage: simulate EVENTS.npy SCORES.npy [THREADS]");
  const Events events = read_events(argv[1]);
  const std::size_t threads = argc > 3 ? static_cast<std::size_t>(std::max(1, std::atoi(argv[3]))) : 1;
  std::vector<std::int64_t> scores(events.count * columns);
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < threads; ++t) {
    const std::size_t first = events.count * t / threads, last = events.count * (t + 1) / threads;
    if (first < last) running.emplace_back(run, std::cref(events), first, last, scores.data());
  }
  for (std::thread& thread : running) thread.join();
  write_scores(argv[2], scores, columns);
}
