// Times a C++ library of `trigloop deploy cpp`, through its C interface. Compiled by bench/deploy/products.
//
// usage: driver LIBRARY NAME EVENTS SCORES   EVENTS: int16 rows; SCORES: int32, what the rows must give.
// then on standard input, each answered by a line of JSON:
//     cache ISA     columns of 1,024 events that stay in the second-level cache
//     single ISA    one event at a time
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

template <class T>
std::vector<T> read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const T* begin = reinterpret_cast<const T*>(bytes.data());
  return {begin, begin + bytes.size() / sizeof(T)};
}

/// The median time of 75 windows.
template <class Run>
double median(const Run& run) {
  std::vector<double> seconds;
  for (int w = 0; w < 75; ++w) {
    const auto start = std::chrono::steady_clock::now();
    run(static_cast<std::size_t>(w));
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + 37, seconds.end());
  return seconds[37];
}

}  // namespace

int main(int, char** words) {
  void* library = dlopen(words[1], RTLD_NOW);
  if (library == nullptr) {
    std::cerr << dlerror() << '\n';
    return 1;
  }
  const std::string name = words[2];
  const auto get = [&](const char* what) { return dlsym(library, (name + what).c_str()); };
  const auto score = reinterpret_cast<void (*)(const std::int16_t*, std::int32_t*)>(get("_score"));
  const auto columns = reinterpret_cast<void (*)(const std::int16_t*, std::ptrdiff_t, std::size_t, std::int32_t*)>(
      get("_score_columns"));
  const auto use_isa = reinterpret_cast<int (*)(const char*)>(get("_use_isa"));
  const auto features = static_cast<std::size_t>(reinterpret_cast<int (*)()>(get("_features"))());
  const std::vector<std::int16_t> rows = read<std::int16_t>(words[3]);
  const std::vector<std::int32_t> expected = read<std::int32_t>(words[4]);
  const std::size_t events = expected.size(), lanes = 1024, singles = 500;
  std::vector<std::int16_t> tile(features * lanes);
  for (std::size_t e = 0; e < lanes; ++e)
    for (std::size_t k = 0; k < features; ++k) tile[k * lanes + e] = rows[e % events * features + k];
  std::vector<std::int32_t> codes(std::max(lanes, events));
  std::cout << "{\"events\":" << events << "}" << std::endl;
  for (std::string verb, isa; std::cin >> verb >> isa;) {
    if (use_isa(isa.c_str()) == 0) {
      std::cout << "{\"events\":0,\"seconds\":1}" << std::endl;
      continue;
    }
    columns(tile.data(), static_cast<std::ptrdiff_t>(lanes), lanes,
            codes.data());  // no clock before the scores are right
    bool right = true;
    for (std::size_t e = 0; e < lanes; ++e) right = right && codes[e] == expected[e % events];
    for (std::size_t e = 0; e < events; ++e) {
      score(rows.data() + e * features, &codes[e]);
      right = right && codes[e] == expected[e];
    }
    if (!right) {
      std::cerr << isa << " differs\n";
      return 1;
    }
    const double seconds = verb == "single"
                               ? median([&](std::size_t w) {
                                   for (std::size_t e = 0; e < singles; ++e)
                                     score(rows.data() + (w * singles + e) % events * features, codes.data());
                                 })
                               : median([&](std::size_t) {
                                   for (int t = 0; t < 20; ++t)
                                     columns(tile.data(), static_cast<std::ptrdiff_t>(lanes), lanes, codes.data());
                                 });
    std::cout << "{\"events\":" << (verb == "single" ? singles : 20 * lanes) << ",\"seconds\":" << seconds << "}"
              << std::endl;
  }
}
